import { FAST_DIGESTS } from '../../../security/passwords/legacy-hashes/fast-formula.js';
import type { HashTemplate } from './hash-template.js';

/** The digests by their names in LDAP. One more S in front marks a salt: `SSHA`, `SMD5`. */
const LDAP_NAMES: Readonly<Record<string, keyof typeof FAST_DIGESTS>> = {
  MD5: 'md5',
  SHA: 'sha1',
  SHA256: 'sha256',
  SHA512: 'sha512',
};

/**
 * Reads `{SSHA}` and similar schemes as OpenLDAP, passlib and Spring's LdapShaPasswordEncoder write
 * them: one base64 value of the digest and, after it, the salt (RFC 2307 defines the notation).
 */
export const readLdapHash: HashTemplate = (text) => {
  const [, salted, name, base64] =
    /^(?:\{ldap\})?\{(S(?=MD5|SHA))?(MD5|SHA(?:256|512)?)\}([A-Za-z0-9+/]+={0,2})$/i.exec(text) ?? [];
  if (name === undefined) return null;
  const digest = LDAP_NAMES[name.toUpperCase()]!;
  const bytes = Buffer.from(base64!, 'base64');
  const length = FAST_DIGESTS[digest];
  const isSalted = salted !== undefined;
  if (bytes.length < length || bytes.length > length !== isSalted) return null;
  return {
    formula: isSalted ? `${digest}(password+salt)` : `${digest}(password)`,
    salt: bytes.subarray(length),
    digest: bytes.subarray(0, length),
  };
};
