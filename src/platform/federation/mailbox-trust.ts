import { parseEmailAddress } from '../addresses/email-address.js';
import type { SocialProviderSettings } from '../config/social-providers.js';
import type { ProviderAccount } from './identity-provider.js';

/**
 * The address whose mailbox the provider vouches for, in canonical form; null for none.
 *
 * `email_verified` alone proves little: the provider saw mail arrive there once, perhaps years ago,
 * and a mailbox at another domain may have a new owner since. So the provider's word counts only for
 * the domains that the operator trusts it with. By default, these are domains where the provider runs
 * the mailboxes itself (SO-14).
 */
export function findVouchedAddress(
  { email, emailVerified }: ProviderAccount,
  { mailDomains }: Pick<SocialProviderSettings, 'mailDomains'>,
): string | null {
  const key = emailVerified && email !== null ? parseEmailAddress(email)?.key : undefined;
  if (key === undefined) return null;
  const domain = key.slice(key.indexOf('@') + 1);
  return mailDomains.includes(domain) || mailDomains.includes('*') ? key : null;
}
