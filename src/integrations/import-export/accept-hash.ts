import { isVerifiable } from '../../security/passwords/password-hasher.js';
import { parseLegacyHash } from '../../security/passwords/legacy-hashes/parse-legacy-hash.js';
import type { AcceptedHash } from './import-rules.js';

/**
 * Decides whether the hash of another system can be verified here. Fast hashes cannot: none
 * may rest in the table.
 */
export function acceptHash(hash: string): AcceptedHash {
  const bare = hash.replace(/^\{argon2(@\w+)?\}/, '').replace(/^argon2(?=\$argon2id\$)/, '');
  if (isVerifiable(bare)) return { stored: bare };
  if (/^\$argon2id\$/.test(bare)) return { refused: 'the argon2id hash is malformed or too expensive' };
  const legacy = parseLegacyHash(hash);
  if (legacy !== null) return 'refused' in legacy ? legacy : { stored: legacy.stored };
  // The name of the scheme, and no part of the hash.
  const scheme = /^[{$]?([a-z][a-z0-9_-]{0,23})[$}]/i.exec(hash)?.[1];
  return { refused: `password hashes ${scheme === undefined ? 'of this kind' : `by ${scheme}`} are not supported` };
}
