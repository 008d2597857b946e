import { trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';

/** Names the span of a request by its route, which contains no personal data. */
export function nameSpansByRoute(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    trace.getActiveSpan()?.updateName(`${request.method} ${route}`).setAttribute('http.route', route);
    done();
  });
}
