import type { FastifyInstance } from 'fastify';
import { STREAMED } from '../../platform/http/request-outcome.js';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Buckets for this API: a simple read takes a few milliseconds, a password hash some tens. */
const BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * Measures the duration of requests and counts their outcomes, by route. Labels come only from fixed
 * lists (HTTP methods, route patterns, status and error codes, outcomes). Free text of a request as a
 * label would let an attacker create any number of time series.
 */
export function measureRequests(fastify: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: 'munjigi_http_request_duration_seconds',
    help: 'Time from the request to the end of the response',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  const outcomes = new Counter({
    name: 'munjigi_request_outcomes_total',
    help: 'Outcomes of requests: authenticated, mfa_required, rotated, replayed, …, or the error code',
    labelNames: ['method', 'route', 'outcome'],
    registers: [registry],
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unknown';
    if (request.outcome !== STREAMED)
      durations.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    outcomes.inc({ method, route, outcome: request.outcome ?? (reply.statusCode < 400 ? 'ok' : 'refused') });
  });
}
