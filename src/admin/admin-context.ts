import type { Principal } from '../platform/http/principal.js';
import type { ClientContext } from '../platform/http/client-context.js';

/**
 * The client context with the administrator as the actor. Every audit row of an administrative
 * action carries the actor, including rows that other modules write on the way.
 */
export function adminContext({ memberId }: Principal, context: ClientContext): ClientContext {
  return { ...context, actorId: memberId };
}
