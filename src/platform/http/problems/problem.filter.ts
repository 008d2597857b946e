import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientContextOf } from '../client-context.decorator.js';

import { asDomainError, problemHeaders, problemOf } from './problem-answer.js';

/** The one way out to HTTP for everything that is refused or fails. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = asDomainError(thrown);
    // What we did not foresee is logged with its stack; what we did, with the reason the client does not get to know.
    if (error.code === 'internal_error')
      this.logger.error({ msg: 'unexpected error', requestId: request.id, err: withoutData(error.cause ?? thrown) });
    // Who is turned away by the thousand has a line for each request already; a second one would add to the load.
    else if (error.status >= 500 && error.code !== 'overloaded')
      this.logger.warn({
        msg: error.code,
        requestId: request.id,
        detail: error.detail,
        reason: (error.cause as Error | undefined)?.message,
      });
    request.outcome = error.code;
    request.refusal = error.detail === undefined ? error.code : `${error.code}: ${error.detail}`;
    if (reply.sent) return;
    void reply
      .status(error.status)
      .headers(problemHeaders(error))
      .send(JSON.stringify(problemOf(error, clientContextOf(request))));
  }
}

/** A database error carries the statement's values, and they may be a password hash or an address: kind, place and code will do. */
function withoutData(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, driverError } = error as Error & { code?: unknown; driverError?: { code?: unknown } };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { type: error.name, message: error.message, code: code ?? driverError?.code, stack: frames?.join('\n') };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Why this request was refused, for its line in the log. */
    refusal?: string;
  }
}
