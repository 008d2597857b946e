import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { LOGIN_ID_PATTERN, normaliseLoginId } from '../../users/login-id.js';

/**
 * Returns the identifier in the form in which it is stored; null for text that is neither an
 * address nor a login ID.
 */
export function canonicalIdentifier(input: string): string | null {
  if (input.includes('@')) return parseEmailAddress(input)?.key ?? null;
  const loginId = normaliseLoginId(input);
  return LOGIN_ID_PATTERN.test(loginId) ? loginId : null;
}
