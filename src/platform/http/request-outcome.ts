import type { FastifyRequest } from 'fastify';

/** Notes how an answered request ended, where the status alone does not say: for its line in the log and for the metrics. */
export function noteOutcome(request: FastifyRequest, outcome: string): void {
  request.outcome = outcome;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** A word from a short list, such as `rotated` or `invalid_credentials`. */
    outcome?: string;
  }
}
