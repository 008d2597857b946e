import type { FastifyInstance } from 'fastify';
import { SECURITY_HEADERS } from '../platform/http/security-headers.js';

/**
 * Adds the security headers to every answer, except where a route has set its own. Answers made
 * outside of Fastify's hooks add {@link SECURITY_HEADERS} by themselves.
 */
export function sendSecurityHeaders(fastify: FastifyInstance): void {
  const headers = Object.entries(SECURITY_HEADERS);
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    for (const [name, value] of headers) if (!reply.hasHeader(name)) void reply.header(name, value);
    done(null, payload);
  });
}
