import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TypeORMError } from 'typeorm';
import { clientContextOf } from '../client-context.decorator.js';
import { asDomainError, problemHeaders, problemOf } from './problem-answer.js';

/** Turns everything that is thrown into a problem answer. No other code writes errors to HTTP. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = asDomainError(thrown);
    // Unexpected errors are logged with their stack, expected ones with the reason that the client does not see.
    if (error.code === 'internal_error')
      this.logger.error({ msg: 'unexpected error', requestId: request.id, err: withoutData(error.cause ?? thrown) });
    // Each request has its log line already; during an overload a second one would add to the load.
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

/**
 * Keeps what shows the place and the kind of an error. Messages of parsers, of TypeORM, and of the database about a value
 * (SQLSTATE class 22) may quote data, such as a password hash. The name `code` is redacted in logs.
 */
function withoutData(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, driverError } = error as Error & { code?: unknown; driverError?: { code?: unknown } };
  const errorCode = code ?? driverError?.code;
  const hasSqlState = typeof errorCode === 'string' && /^[0-9A-Z]{5}$/.test(errorCode);
  const mayQuote = hasSqlState
    ? errorCode.startsWith('22')
    : error instanceof SyntaxError || error instanceof TypeORMError;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  const { name: type } = error.constructor;
  return { type, ...(!mayQuote && { message: error.message }), errorCode, stack: frames?.join('\n') };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Why the request was refused, for its log line. */
    refusal?: string;
  }
}
