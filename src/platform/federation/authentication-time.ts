/** The clocks of the provider and of this server may differ by this much. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Parameters that ask a provider to authenticate the person even with a session there (OpenID Connect
 * Core 3.1.2.1). Google does not support `prompt=login`. Google states `auth_time` only if the request
 * asks for it and the console allows it ("Session age claims" of its security bundle). Kakao always
 * states `auth_time`, and does not document whether a login during an existing session renews it.
 */
export function reauthenticationParameters(providerId: string): Record<string, string> {
  if (providerId !== 'google') return { prompt: 'login', max_age: '0' };
  const claims = JSON.stringify({ id_token: { auth_time: { essential: true } } });
  return { prompt: 'select_account', max_age: '0', claims };
}

/**
 * Checks that the person authenticated during the journey. The parameters alone prove nothing: the
 * person at the browser can remove them from the URL, and some providers ignore them (SO-32).
 * @throws Error where the ID token states no time, or one before the journey by more than the tolerance
 */
export function checkAuthenticationTime(authTime: unknown, sinceMs: number): void {
  if (typeof authTime !== 'number' || Number.isNaN(authTime))
    throw new Error('the provider states no time of authentication');
  // The claim has whole seconds.
  if (authTime * 1000 < sinceMs - CLOCK_TOLERANCE_MS - 1000) throw new Error('not authenticated during the journey');
}
