import { createHash, createHmac } from 'node:crypto';
import { refuse, TOO_EXPENSIVE, type LegacyHash, type LegacyReader, type RefusedHash } from './legacy-hash.js';

/** 2 to the power of 14 rounds take about a second of a core. */
const MAX_COST = 14;
const MIN_COST = 4;

/** The prefix of the stored form where bcrypt hashes the SHA-256 of the password, as Django does. */
const SHA256_PREFIX = '$bcrypt-sha256';

/**
 * bcrypt as `$2a$`, `$2b$` or `$2y$`, with the prefix of Spring or Django or none. All three are one
 * algorithm for passwords of at most 255 bytes. Like the libraries that make such hashes, it reads
 * the first 72 bytes of a password. Unlike some of them, it reads on after a NUL.
 */
export const readBcrypt: LegacyReader = (text) => {
  const [, prefix, cost, rest] =
    /^(\{bcrypt\}|bcrypt\$|bcrypt_sha256\$|\$bcrypt-sha256)?\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{53})$/.exec(text) ?? [];
  if (cost === undefined) return null;
  const kind = `$2b$${cost}`;
  if (prefix?.includes('sha256') !== true) return bcryptHash({ kind, cost, rest: rest!, inputOf: (text) => text });
  return bcryptHash({ kind: SHA256_PREFIX + kind, cost, rest: rest!, inputOf: (text) => sha256(text).digest('hex') });
};

/**
 * passlib's `bcrypt_sha256`, which hashes the password with SHA-256 (version 1) or with HMAC-SHA-256
 * keyed by the salt (version 2). The last form is the stored one.
 */
export const readPasslibBcrypt: LegacyReader = (text) => {
  const [, version, cost, salt, tag] =
    /^\$bcrypt-sha256\$v=(2),t=2[aby],r=(\d{1,2})\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/.exec(text) ??
    /^\$bcrypt-sha256()\$2[aby],(\d{1,2})\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/.exec(text) ??
    /^\$passlib-bcrypt-sha256\$v=([12]),r=(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/.exec(text) ??
    [];
  if (cost === undefined) return null;
  const twoDigits = cost.padStart(2, '0');
  const digest = (password: string) =>
    version === '2' ? createHmac('sha256', salt!).update(password) : sha256(password);
  return bcryptHash({
    kind: `$passlib-bcrypt-sha256$v=${version === '2' ? 2 : 1},r=${twoDigits}`,
    cost: twoDigits,
    rest: salt! + tag!,
    inputOf: (password) => digest(password).digest('base64'),
  });
};

interface Parts {
  readonly kind: string;
  /** Two digits. */
  readonly cost: string;
  /** Salt and tag. */
  readonly rest: string;
  /** What bcrypt hashes in place of the password. */
  readonly inputOf: (password: string) => string;
}

function bcryptHash({ kind, cost, rest, inputOf }: Parts): LegacyHash | RefusedHash {
  if (Number(cost) > MAX_COST) return refuse(`bcrypt ${cost}`, TOO_EXPENSIVE);
  if (Number(cost) < MIN_COST) return refuse(`bcrypt ${cost}`, 'is malformed');
  return {
    stored: `${kind}$${rest}`,
    kind,
    verify: async (password) => {
      const { default: bcrypt } = await import('bcrypt');
      return bcrypt.compare(inputOf(password), `$2b$${cost}$${rest}`);
    },
  };
}

const sha256 = (text: string) => createHash('sha256').update(text);
