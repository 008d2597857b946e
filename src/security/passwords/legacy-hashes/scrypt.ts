import { scrypt, timingSafeEqual } from 'node:crypto';
import { bytesOf, phcBase64 } from './encodings.js';
import {
  refuse,
  TOO_EXPENSIVE,
  TOO_WEAK,
  type LegacyHash,
  type LegacyReader,
  type RefusedHash,
} from './legacy-hash.js';

/** 128 · N · r bytes of memory (RFC 7914 section 2): 128 MiB. */
const MAX_MEMORY = 2 ** 27;
const MIN_MEMORY = 2 ** 20;
const MAX_PARALLELISM = 4;
const MIN_TAG_BYTES = 16;
const MAX_TAG_BYTES = 128;

interface ScryptCosts {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

interface Parts extends ScryptCosts {
  readonly salt: Buffer | null;
  readonly tag: Buffer | null;
}

/** scrypt (RFC 7914) as written by Django, passlib and Spring Security. */
export const readScrypt: LegacyReader = (text) => {
  const parts = ownParts(text) ?? djangoParts(text) ?? passlibParts(text) ?? springParts(text);
  return parts === null ? null : scryptHash(parts);
};

function scryptHash({ N, r, p, salt, tag }: Parts): LegacyHash | RefusedHash {
  const memory = 128 * N * r;
  const isTag = tag !== null && tag.length >= MIN_TAG_BYTES && tag.length <= MAX_TAG_BYTES;
  const areCosts = N >= 2 && Number.isInteger(Math.log2(N)) && r >= 1 && p >= 1 && isDerivable({ N, r });
  if (salt === null || !isTag || !areCosts) return refuse('scrypt', 'is malformed');
  if (memory > MAX_MEMORY || p > MAX_PARALLELISM) return refuse('scrypt', TOO_EXPENSIVE);
  if (memory < MIN_MEMORY) return refuse('scrypt', TOO_WEAK);
  const kind = `$scrypt$n=${N},r=${r},p=${p}`;
  return {
    stored: `${kind}$${phcBase64(salt)}$${phcBase64(tag)}`,
    kind,
    verify: async (password) => timingSafeEqual(await deriveScrypt(password, salt, tag.length, { N, r, p }), tag),
  };
}

/** Whether scrypt is defined for these costs: N < 2^(128 · r / 8) (RFC 7914 section 2). */
export function isDerivable({ N, r }: Pick<ScryptCosts, 'N' | 'r'>): boolean {
  return Math.log2(N) < 16 * r;
}

/**
 * Runs on a thread of libuv.
 * @throws RangeError for costs that are not {@link isDerivable}
 */
export function deriveScrypt(password: string, salt: Buffer, length: number, costs: ScryptCosts): Promise<Buffer> {
  const maxmem = 256 * costs.N * costs.r + 2 ** 20; // twice what it takes
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { ...costs, maxmem }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** The stored form. */
function ownParts(text: string): Parts | null {
  const [, N, r, p, salt, tag] =
    /^\$scrypt\$n=(\d{1,10}),r=(\d{1,4}),p=(\d{1,4})\$([\w+/]*)\$([\w+/]+)$/.exec(text) ?? [];
  return N === undefined ? null : partsOf([N, r!, p!], bytesOf(salt!), bytesOf(tag!));
}

/** `scrypt$N$salt$r$p$base64`; the salt is text. */
function djangoParts(text: string): Parts | null {
  const [, N, salt, r, p, tag] = /^scrypt\$(\d{1,10})\$([^$]+)\$(\d{1,4})\$(\d{1,4})\$([^$]+)$/.exec(text) ?? [];
  return N === undefined ? null : partsOf([N, r!, p!], Buffer.from(salt!), bytesOf(tag!));
}

/** `$scrypt$ln=16,r=8,p=1$salt$tag` */
function passlibParts(text: string): Parts | null {
  const [, log2N, r, p, salt, tag] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,4})\$([\w+/]*)\$([\w+/]+)$/.exec(text) ?? [];
  return log2N === undefined ? null : partsOf([2 ** Number(log2N), r!, p!], bytesOf(salt!), bytesOf(tag!));
}

/** `{scrypt}$parameters$salt$tag`; the parameters are log2 N, r and p as hexadecimal bytes. */
function springParts(text: string): Parts | null {
  const [, parameters, salt, tag] =
    /^\{scrypt(?:@SpringSecurity_v5_8)?\}\$([0-9a-f]{5,6})\$([^$]+)\$([^$]+)$/.exec(text) ?? [];
  if (parameters === undefined) return null;
  const number = parseInt(parameters, 16);
  const costs = [2 ** (number >> 16), (number >> 8) & 0xff, number & 0xff];
  return partsOf(costs, bytesOf(salt!), bytesOf(tag!));
}

function partsOf(costs: readonly (string | number)[], salt: Buffer | null, tag: Buffer | null): Parts {
  const [N, r, p] = costs.map(Number);
  return { N: N!, r: r!, p: p!, salt, tag };
}
