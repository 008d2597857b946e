import { createHash, createHmac } from 'node:crypto';
import { refuse, TOO_EXPENSIVE, type LegacyHash, type LegacyReader, type RefusedHash } from './legacy-hash.js';

/** 2 to the power of 14 rounds take about a second of a core. */
const MAX_COST = 14;
const MIN_COST = 4;

/**
 * Our prefix for Django's scheme, which is bcrypt of the hexadecimal SHA-256 of a password. The hashes
 * of passlib begin with it as well, but do not continue with `$2b$`.
 */
const DJANGO_SHA256_PREFIX = '$bcrypt-sha256';

/**
 * Reads bcrypt as `$2a$`, `$2b$` or `$2y$`: bare, with the prefix of Spring or Django, or as stored.
 * All three are one algorithm for passwords of at most 254 bytes. Verification uses the first 72
 * bytes of a password, as the libraries do that make such hashes. Unlike in some of them, a NUL does
 * not end the password.
 */
export const readBcrypt: LegacyReader = (text) => {
  const [, prefix, cost, rest] =
    /^(\{bcrypt\}|bcrypt\$|bcrypt_sha256\$|\$bcrypt-sha256)?\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{53})$/.exec(text) ?? [];
  if (cost === undefined) return null;
  const kind = `$2b$${cost}`;
  if (prefix?.includes('sha256') !== true)
    return bcryptHash({ kind, cost, rest: rest!, inputOf: (password) => password });
  const inputOf = (password: string) => sha256(password).digest('hex');
  return bcryptHash({ kind: DJANGO_SHA256_PREFIX + kind, cost, rest: rest!, inputOf });
};

/**
 * passlib's `bcrypt_sha256`. Version 1 hashes the password with SHA-256, version 2 with HMAC-SHA-256,
 * whose key is the text of the salt. The first two patterns are those of passlib, version 2 first;
 * the third is our stored form of both. The empty group stands for the version, which version 1 does
 * not name.
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
  /** What bcrypt hashes: the password itself, or a digest of it. */
  readonly inputOf: (password: string) => string;
}

function bcryptHash({ kind, cost, rest, inputOf }: Parts): LegacyHash | RefusedHash {
  if (Number(cost) > MAX_COST) return refuse(`bcrypt of cost ${cost}`, TOO_EXPENSIVE);
  if (Number(cost) < MIN_COST) return refuse(`bcrypt of cost ${cost}`, 'is malformed');
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
