import { FAST_DIGESTS, readFastFormula } from '../../../security/passwords/legacy-hashes/fast-formula.js';
import type { FastHash } from '../../../security/passwords/legacy-hashes/wrapped.js';

/** Recognises fast hashes of one layout. */
export type HashTemplate = (text: string) => FastHash | null;

/** How the salt of a layout is written. */
const SALT_ENCODINGS = { salt: 'utf8', 'hex(salt)': 'hex', 'base64(salt)': 'base64' } as const;
type SaltWord = keyof typeof SALT_ENCODINGS;

/**
 * Reads `layout=formula`, such as `salt:digest=sha1(salt+password)`. The layout shows where salt and
 * digest are in the text; without one, the text is the digest. Digests are hexadecimal or base64.
 * @returns null where the text is no such template, or where its layout has not one digest, or more
 * or fewer salts than the formula needs
 */
export function readHashTemplate(text: string): HashTemplate | null {
  const [, layout = 'digest', formulaText] = /^(?:(.*?)=)?((?:md5|sha1|sha256|sha512)[(*].*)$/.exec(text) ?? [];
  const formula = formulaText === undefined ? null : readFastFormula(formulaText);
  if (formula === null) return null;
  const parts = layout.split(/(hex\(salt\)|base64\(salt\)|salt|digest)/);
  const saltWords = parts.filter((part): part is SaltWord => part in SALT_ENCODINGS);
  if (saltWords.length !== (formula.hasSalt ? 1 : 0) || parts.filter((part) => part === 'digest').length !== 1)
    return null;
  const pattern = new RegExp(`^${parts.map((part) => patternOf(part, formula.length)).join('')}$`, 's');
  const encoding = SALT_ENCODINGS[saltWords[0] ?? 'salt'];
  return (hash) => {
    const { digest, salt = '' } = pattern.exec(hash)?.groups ?? {};
    if (digest === undefined) return null;
    const isHex = digest.length === 2 * formula.length;
    return {
      formula: formulaText!,
      salt: Buffer.from(salt, encoding),
      digest: Buffer.from(digest, isHex ? 'hex' : 'base64'),
    };
  };
}

/**
 * A salt takes as little as possible: where it touches the digest, it would take the beginning of a
 * hexadecimal digest otherwise, as the rest may be read as base64. A salt in hexadecimal is never
 * empty: `{sha256}` before a digest alone is a scheme of LDAP.
 * @param length bytes of the digest
 */
function patternOf(part: string, length: number): string {
  if (part === 'digest')
    return `(?<digest>[0-9a-fA-F]{${2 * length}}|[A-Za-z0-9+/]{${Math.ceil((length * 4) / 3)}}={0,2})`;
  if (part === 'salt') return '(?<salt>.*?)';
  if (part === 'hex(salt)') return '(?<salt>(?:[0-9a-fA-F]{2})+?)';
  if (part === 'base64(salt)') return '(?<salt>[A-Za-z0-9+/]*?={0,2})';
  return part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** The digests by their names in Spring Security. */
const SPRING_NAMES = { MD5: 'md5', 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-512': 'sha512' } as const;

/** Fast hashes that name their scheme. */
export const KNOWN_TEMPLATES: readonly HashTemplate[] = [
  // Django; the salt is empty in hashes without one.
  'md5$salt$digest=md5(salt+password)',
  'sha1$salt$digest=sha1(salt+password)',
  // Spring Security: MessageDigestPasswordEncoder with and without a salt, StandardPasswordEncoder.
  ...Object.entries(SPRING_NAMES).flatMap(([name, digest]) => [
    `{${name}}{salt}digest=${digest}(password+'{'+salt+'}')`,
    `{${name}}digest=${digest}(password)`,
  ]),
  '{sha256}hex(salt)digest=sha256*1024(salt+password)',
].map((text) => readHashTemplate(text)!);

/** The names of the digests, for messages. */
export const DIGEST_NAMES = Object.keys(FAST_DIGESTS).join(', ');
