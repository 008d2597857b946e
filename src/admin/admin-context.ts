import type { Principal } from '../platform/http/principal.js';
import type { ClientContext } from '../platform/http/client-context.js';

/** The caller with the administrator's name on whatever the audit writes, also where other modules write it. */
export function adminContext({ memberId }: Principal, context: ClientContext): ClientContext {
  return { ...context, actorId: memberId };
}
