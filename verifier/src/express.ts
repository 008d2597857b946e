// Middleware for Express 4 and 5. It does not import Express: the types below are the parts of Express that it uses.
import type { Verifier } from './verifier.js';
import { checkFactor, checkRecentLogin, checkRoles, type Principal } from './principal.js';
import { Refusal } from './refusal.js';
import type { VerifiableRequest } from './request.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- where Express looks for additions
  namespace Express {
    interface Request {
      /** Present after `requireMember`. */
      member: Principal;
    }
  }
}

interface ExpressResponse {
  status(status: number): this;
  set(headers: Record<string, string>): this;
  json(body: unknown): unknown;
}

type ExpressRequest = VerifiableRequest & { member: Principal };
type Middleware = (request: ExpressRequest, response: ExpressResponse, next: (error?: unknown) => void) => void;

/** Runs a check; answers its refusal. */
const middlewareOf =
  (check: (request: ExpressRequest) => unknown): Middleware =>
  (request, response, next) => {
    void (async () => check(request))().then(
      () => next(),
      (error: unknown) => {
        if (error instanceof Refusal) response.status(error.status).set(error.headers).json(error.body);
        else next(error);
      },
    );
  };

/** Admits requests with a valid access token, and sets `request.member`. */
export const requireMember = (verifier: Verifier): Middleware =>
  middlewareOf(async (request) => (request.member = await verifier.verify(request)));

/** Admits members who logged in, or proved a password or a factor, at most this many seconds ago. */
export const requireRecentLogin = (seconds: number): Middleware =>
  middlewareOf(({ member }) => checkRecentLogin(member, seconds));

/** Admits members who authenticated with two factors, or with a passkey. */
export const requireFactor = (): Middleware => middlewareOf(({ member }) => checkFactor(member));

/** Admits members with one of the roles. */
export const requireRoles = (...roles: string[]): Middleware =>
  middlewareOf(({ member }) => checkRoles(member, ...roles));
