// Hooks for Fastify 4 and 5.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Verifier } from './verifier.js';
import { checkFactor, checkRecentLogin, checkRoles, type Principal } from './principal.js';
import { Refusal } from './refusal.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Present after `requireMember`. */
    member: Principal;
  }
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Makes a hook that runs a check. A refusal is sent as the response and ends the request. */
const hookOf =
  (check: (request: FastifyRequest) => unknown): Hook =>
  async (request, reply) => {
    try {
      await check(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return reply.code(error.status).headers(error.headers).send(error.body);
    }
    return undefined;
  };

/** For `onRequest`: admits requests with a valid access token, and sets `request.member`. */
export const requireMember = (verifier: Verifier): Hook =>
  hookOf(async (request) => (request.member = await verifier.verify(request)));

/** For `preHandler`: admits members who logged in, or proved a password or a factor, at most this many seconds ago. */
export const requireRecentLogin = (seconds: number): Hook => hookOf(({ member }) => checkRecentLogin(member, seconds));

/** For `preHandler`: admits members who authenticated with two factors, or with a passkey. */
export const requireFactor = (): Hook => hookOf(({ member }) => checkFactor(member));

/** For `preHandler`: admits members with one of the roles. */
export const requireRoles = (...roles: string[]): Hook => hookOf(({ member }) => checkRoles(member, ...roles));
