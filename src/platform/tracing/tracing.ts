import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** What a URL or a header may hold is nobody's business: traces go to another system (SL-01). */
const WITHHELD = [
  'url.query',
  'http.target',
  'http.url',
  'url.full',
  'client.address',
  'http.client_ip',
  'user_agent.original',
];

/**
 * Sends traces of requests and statements by OTLP, as the usual OTEL_… variables say. Must run before http and pg are
 * loaded, because it wraps them. Statements are recorded without their values.
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
        // Probes and scrapes come every few seconds and tell nothing.
        ignoreIncomingRequestHook: ({ url = '' }) => url.startsWith('/health/') || url === '/metrics',
        applyCustomAttributesOnSpan: (span) => {
          for (const name of WITHHELD) span.setAttribute(name, '');
        },
      }),
      new PgInstrumentation({ enhancedDatabaseReporting: false, requireParentSpan: true }),
    ],
  });
  return { stop: () => provider.shutdown() };
}
