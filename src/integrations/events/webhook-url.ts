import { checkLiteralHost } from '../../platform/http-client/guarded-lookup.js';
import { isLoopbackHost } from '../../platform/addresses/ip-address.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';

/**
 * Refuses URLs that no delivery would reach, and those with a user, a password or a fragment. What a name resolves to is checked at each delivery.
 * @throws DomainError `validation_failed`
 */
export function checkWebhookUrl(text: string, allowPrivateAddresses: boolean): void {
  const allowed = allowPrivateAddresses ? 'http://…, https://…' : 'https://…';
  if (!isUsable(text, allowPrivateAddresses))
    throw new DomainError('validation_failed', {
      fields: [{ field: 'url', code: 'invalid_value', params: { allowed } }],
    });
}

function isUsable(text: string, allowPrivateAddresses: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  // A user and a password in a URL end up in logs, and no receiver needs them: it checks the signature.
  if (url.username || url.password || url.hash) return false;
  if (url.protocol !== 'https:' && !(allowPrivateAddresses && url.protocol === 'http:')) return false;
  if (allowPrivateAddresses) return true;
  try {
    checkLiteralHost(url);
    return !isLoopbackHost(url.hostname);
  } catch {
    return false;
  }
}
