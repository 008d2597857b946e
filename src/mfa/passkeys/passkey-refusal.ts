import { DomainError } from '../../platform/http/problems/domain-error.js';

const MAX_DETAIL = 200;

/** Refuses a passkey without a public reason: only the log contains the reason. */
export function passkeyInvalid(detail: string): DomainError {
  return new DomainError('passkey_invalid', { detail });
}

/**
 * The one refusal with a public reason: the browser then hides the passkey (Signal API). An id is
 * random and too long to guess, so the answer reveals nothing to a client that does not have it.
 */
export function unknownCredential(): DomainError {
  return new DomainError('passkey_invalid', { reason: 'unknown_credential', detail: 'credential unknown' });
}

/**
 * Turns the plain errors of the WebAuthn library into refusals. The library quotes its input in
 * them; quoted parts are removed, because text from a client does not belong in the log.
 */
export async function refuseErrors<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (cause) {
    const detail = (cause as Error).message.replace(/"[^"]*"/g, '…').slice(0, MAX_DETAIL);
    throw new DomainError('passkey_invalid', { detail, cause });
  }
}
