import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, tap, type Observable } from 'rxjs';
import { noteOutcome } from '../../platform/http/request-outcome.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import { TokenCookies } from './token-cookies.js';
import type { TokenResponse } from './tokens.dto.js';

/** Metadata of a route whose log line and metrics name the outcome. */
export const NOTES_OUTCOME = 'munjigi:notes-outcome';

/** The result of a method that signs a member in, or demands a further step first. */
export interface SignInResult {
  readonly status: string;
  readonly tokens?: IssuedTokens;
  readonly outcome?: string;
}

/**
 * Turns issued tokens into the response. If the session uses cookies, the refresh token and the
 * device token are set as cookies and left out of the body.
 */
@Injectable()
export class TokenDeliveryInterceptor implements NestInterceptor<SignInResult, TokenResponse | SignInResult> {
  constructor(
    private readonly cookies: TokenCookies,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<SignInResult>): Observable<TokenResponse | SignInResult> {
    const http = context.switchToHttp();
    const isNoted = this.reflector.get<boolean | undefined>(NOTES_OUTCOME, context.getHandler()) === true;
    return next.handle().pipe(
      map((result) => {
        if (isNoted) noteOutcome(http.getRequest<FastifyRequest>(), result.outcome ?? result.status);
        const { tokens, ...rest } = result;
        return tokens ? { ...this.cookies.deliver(http.getResponse<FastifyReply>(), tokens), ...rest } : result;
      }),
    );
  }
}

/** Clears the refresh cookie after the method has ended the session. */
@Injectable()
export class CookieClearingInterceptor implements NestInterceptor {
  constructor(private readonly cookies: TokenCookies) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(tap(() => this.cookies.clear(context.switchToHttp().getResponse<FastifyReply>())));
  }
}
