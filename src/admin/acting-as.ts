import type { Principal } from '../platform/http/principal.js';
import type { Caller } from '../platform/http/client-context.js';

/** The caller with the administrator's name on whatever the audit writes, also where other modules write it. */
export function actingAs({ memberId }: Principal, caller: Caller): Caller {
  return { ...caller, actorId: memberId };
}
