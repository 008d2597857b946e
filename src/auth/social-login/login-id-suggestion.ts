import type { ProviderAccount } from '../../platform/federation/identity-provider.js';
import { isReservedLoginId, LOGIN_ID_PATTERN, normaliseLoginId } from '../../users/login-id.js';

const MAX_LENGTH = 32;
const MIN_LENGTH = 4;

/**
 * Suggests a login ID for an account at a provider. Looks up no member: a suggestion that avoids
 * login IDs in use would show which exist.
 * @param digits a few random ones
 */
export function suggestLoginId({ email, name, provider }: ProviderAccount, digits: string): string {
  for (const text of [email?.split('@')[0], name, provider + digits]) {
    const letters = normaliseLoginId(text ?? '')
      .replace(/\+.*$/, '')
      .replace(/[^a-z0-9._-]/g, '')
      .replace(/^[^a-z]+/, '')
      .slice(0, MAX_LENGTH);
    const loginId = letters.length < MIN_LENGTH ? `${letters}${digits}` : letters;
    if (letters !== '' && LOGIN_ID_PATTERN.test(loginId) && !isReservedLoginId(loginId)) return loginId;
  }
  return `member${digits}`;
}
