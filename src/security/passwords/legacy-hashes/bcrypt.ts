import { createHash } from 'node:crypto';
import { refuse, TOO_EXPENSIVE, type LegacyHash, type LegacyReader } from './legacy-hash.js';

/** 2 to the power of 14 rounds take about a second of a core. */
const MAX_COST = 14;
const MIN_COST = 4;

/** The prefix of the stored form where bcrypt hashes the SHA-256 of the password, as Django does. */
const SHA256_PREFIX = '$bcrypt-sha256';

/**
 * bcrypt as `$2a$`, `$2b$` or `$2y$`, with the prefix of Spring or Django or none. All three are one
 * algorithm for passwords of at most 255 bytes. Like its producers it reads the first 72 bytes;
 * unlike some it reads on after a NUL.
 */
export const readBcrypt: LegacyReader = (text) => {
  const [, prefix, cost, rest] =
    /^(\{bcrypt\}|bcrypt\$|bcrypt_sha256\$|\$bcrypt-sha256)?\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{53})$/.exec(text) ?? [];
  if (cost === undefined) return null;
  if (Number(cost) > MAX_COST) return refuse(`bcrypt ${cost}`, TOO_EXPENSIVE);
  if (Number(cost) < MIN_COST) return refuse(`bcrypt ${cost}`, 'is malformed');
  return bcryptHash(`$2b$${cost}$${rest}`, prefix?.includes('sha256') === true);
};

function bcryptHash(hash: string, isOfDigest: boolean): LegacyHash {
  const prefix = isOfDigest ? SHA256_PREFIX : '';
  return {
    stored: prefix + hash,
    kind: prefix + hash.slice(0, '$2b$12'.length),
    verify: async (password) => {
      const { default: bcrypt } = await import('bcrypt');
      return bcrypt.compare(isOfDigest ? createHash('sha256').update(password).digest('hex') : password, hash);
    },
  };
}
