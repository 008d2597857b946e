import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { noteOutcome } from '../../platform/http/request-outcome.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import type { TokenCookies } from './token-cookies.js';
import type { TokenResponse } from './tokens.dto.js';

/** The result of a method that signs a member in, or demands a further step first. */
export interface SignInResult {
  readonly status: string;
  readonly tokens?: IssuedTokens;
  readonly outcome?: string;
}

/** What happens to the tokens of a route after its method. See `@SignsIn()` and `@SignsOut()`. */
export type TokenDelivery = 'tokens' | 'tokens-and-outcome' | 'clear-cookie';

/**
 * Delivers tokens and clears cookies after the methods of marked routes. Hooks of Fastify do it
 * rather than an interceptor of Nest, whose observables cost a refresh 5 % of its processor time.
 * Call it before the routes are made.
 */
export function deliverTokens(fastify: FastifyInstance, cookies: TokenCookies): void {
  fastify.addHook('onRoute', (route) => {
    const delivery = route.config?.tokenDelivery;
    if (delivery === 'clear-cookie') clearAfter(route, cookies);
    else if (delivery !== undefined) deliverAfter(route, cookies, delivery === 'tokens-and-outcome');
  });
}

/**
 * Turns issued tokens into the response. If the session uses cookies, the refresh token and the
 * device token are set as cookies and left out of the body.
 */
function deliverAfter(route: RouteOptions, cookies: TokenCookies, notesOutcome: boolean): void {
  route.preSerialization = (request, reply, result, done) => {
    if (reply.statusCode >= 400) return done(null, result); // a problem
    const { tokens, ...rest } = result as SignInResult;
    if (notesOutcome) noteOutcome(request, rest.outcome ?? rest.status);
    const response: TokenResponse | SignInResult = tokens ? { ...cookies.deliver(reply, tokens), ...rest } : rest;
    done(null, response);
  };
}

/** Clears the refresh cookie after the method has ended the session. */
function clearAfter(route: RouteOptions, cookies: TokenCookies): void {
  route.onSend = (_request: FastifyRequest, reply: FastifyReply, payload, done) => {
    if (reply.statusCode < 400) cookies.clear(reply);
    done(null, payload);
  };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    tokenDelivery?: TokenDelivery;
  }
}
