import type { FastifyRequest } from 'fastify';

/** The outcome of a request whose answer is a stream: its duration shows nothing about the server. */
export const STREAMED = 'streamed';

/**
 * Records the outcome of a request for its log line and the metrics. The status alone is too
 * coarse: a login that succeeded and one that awaits its second factor are both answered with 200.
 */
export function noteOutcome(request: FastifyRequest, outcome: string): void {
  request.outcome = outcome;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** A word from a short list, such as `rotated` or `invalid_credentials`. */
    outcome?: string;
  }
}
