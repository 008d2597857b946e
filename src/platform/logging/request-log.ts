import type { FastifyInstance } from 'fastify';
import { clientAddressOf } from '../http/client-address.js';
import type { AppLogger } from './app-logger.js';

/**
 * Logs one line per answered request. The line contains the route instead of the URL, because a URL
 * may contain secrets or forged text.
 */
export function logRequests(fastify: FastifyInstance, logger: AppLogger): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const { memberId, apiKeyId } = (request as { user?: { memberId?: string; apiKeyId?: string } }).user ?? {};
    logger.plain.info({
      msg: 'request',
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ip: clientAddressOf(request),
      ...(memberId !== undefined && { memberId }),
      ...(apiKeyId !== undefined && { apiKeyId }),
      ...(request.outcome !== undefined && { outcome: request.outcome }),
      ...(request.refusal !== undefined && { refusal: request.refusal }),
    });
    done();
  });
}
