import { trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';

/** Calls the span of a request after its route, which says what was asked without saying by whom. */
export function nameSpansByRoute(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    trace.getActiveSpan()?.updateName(`${request.method} ${route}`).setAttribute('http.route', route);
    done();
  });
}
