import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';

/**
 * Attributes that may contain secrets or personal data. They are blanked, because traces go to
 * another system (SL-01).
 */
const BLANKED = [
  'url.query',
  'http.target',
  'http.url',
  'url.full',
  'client.address',
  'http.client_ip',
  'network.peer.address',
  'network.peer.port',
  'user_agent.original',
  'exception.message',
  'exception.stacktrace',
];

/**
 * Blanks spans when they end, and the messages of errors, which may quote a value of a statement. The hooks of the HTTP
 * instrumentation miss some spans, such as that of a request that fails or is cut off.
 */
const blanking: SpanProcessor = {
  onStart: () => undefined,
  onEnd: ({ attributes, status, events }) => {
    for (const values of [attributes, ...events.map((event) => event.attributes ?? {})])
      for (const name of BLANKED) if (name in values) values[name] = '';
    if (status.message !== undefined) status.message = '';
  },
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

/**
 * Sends traces of requests and statements by OTLP; the OTEL_ variables of OpenTelemetry configure
 * it. Call it before http and pg are loaded, because it wraps their functions. Statements are
 * recorded without their values.
 */
export function startTracing(): { stop(): Promise<void> } {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'munjigi' }))
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new NodeTracerProvider({
    resource,
    spanProcessors: [blanking, new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [
      new HttpInstrumentation({
        // Probes and scrapes arrive every few seconds and are of no interest.
        ignoreIncomingRequestHook: ({ url = '' }) => url.startsWith('/health/') || url === '/metrics',
      }),
      new PgInstrumentation({ enhancedDatabaseReporting: false, requireParentSpan: true }),
    ],
  });
  return { stop: () => provider.shutdown() };
}
