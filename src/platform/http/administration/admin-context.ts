import { isApiKey, type Principal } from '../principal.js';
import type { ClientContext } from '../client-context.js';

/**
 * The client context with the administrator or the API key as the actor. Every audit row of an
 * administrative action carries the actor, including rows that other modules write on the way.
 */
export function adminContext(principal: Principal, context: ClientContext): ClientContext {
  return isApiKey(principal)
    ? { ...context, apiKeyId: principal.apiKeyId }
    : { ...context, actorId: principal.memberId };
}
