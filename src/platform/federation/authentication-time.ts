/** The clocks of the provider and of this server may differ by this much. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Asks a provider to authenticate the person even where it has a session (OpenID Connect Core
 * 3.1.2.1). Google knows no `prompt=login`. It states `auth_time` only where it is asked for and the
 * console allows it ("Session age claims" of its security bundle). Kakao always states it, and does not
 * document whether a login in a session that it has renews it.
 */
export function reauthenticationParameters(providerId: string): Record<string, string> {
  if (providerId !== 'google') return { prompt: 'login', max_age: '0' };
  const claims = JSON.stringify({ id_token: { auth_time: { essential: true } } });
  return { prompt: 'select_account', max_age: '0', claims };
}

/**
 * Checks that the person authenticated during the journey. The parameters alone prove nothing: who
 * holds the browser can remove them from the URL, and some providers ignore them (SO-32).
 * @throws Error where the ID token states no time, or one before the journey
 */
export function checkAuthenticationTime(authTime: unknown, sinceMs: number): void {
  if (typeof authTime !== 'number' || Number.isNaN(authTime))
    throw new Error('the provider states no time of authentication');
  // The claim has whole seconds.
  if (authTime * 1000 < sinceMs - CLOCK_TOLERANCE_MS - 1000) throw new Error('not authenticated during the journey');
}
