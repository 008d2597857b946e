import { isVerifiable } from '../../security/passwords/password-hasher.js';
import type { AcceptedHash } from './import-rules.js';

/**
 * Decides whether the hash of another system can be verified here. Only argon2id can so far; Django
 * and Spring Security write their own prefix before it.
 */
export function acceptHash(hash: string): AcceptedHash {
  const bare = hash.replace(/^\{argon2(@\w+)?\}/, '').replace(/^argon2(?=\$argon2id\$)/, '');
  if (isVerifiable(bare)) return { stored: bare };
  if (/^\$argon2id\$/.test(bare)) return { refused: 'the argon2id hash is malformed or too expensive' };
  // The name of the scheme, and no part of the hash.
  const scheme = /^[{$]?([a-z][a-z0-9_-]{0,23})[$}]/i.exec(hash)?.[1];
  return { refused: `password hashes ${scheme === undefined ? 'of this kind' : `by ${scheme}`} are not supported` };
}
