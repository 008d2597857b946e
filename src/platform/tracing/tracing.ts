import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

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
  'user_agent.original',
];

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
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [
      new HttpInstrumentation({
        // Probes and scrapes arrive every few seconds and are of no interest.
        ignoreIncomingRequestHook: ({ url = '' }) => url.startsWith('/health/') || url === '/metrics',
        applyCustomAttributesOnSpan: (span) => {
          for (const name of BLANKED) span.setAttribute(name, '');
        },
      }),
      new PgInstrumentation({ enhancedDatabaseReporting: false, requireParentSpan: true }),
    ],
  });
  return { stop: () => provider.shutdown() };
}
