import { createHash } from 'node:crypto';

/** Bytes of a digest. */
export const FAST_DIGESTS = { md5: 16, sha1: 20, sha256: 32, sha512: 64 } as const;
type FastDigest = keyof typeof FAST_DIGESTS;

/** More would keep the event loop busy for milliseconds. */
const MAX_DIGESTS = 2000;
const MAX_LENGTH = 200;
const TOKEN = /password|salt|'[^'$]*'|(?:md5|sha1|sha256|sha512)(?:\*\d{1,4})?\(|[+)]/g;

interface Values {
  readonly password: Buffer;
  readonly salt: Buffer;
}

type Part = (values: Values) => Buffer;

/** How a fast hash was made of a password and a salt. */
export interface FastFormula {
  /** How many digests it computes. */
  readonly digests: number;
  readonly hasSalt: boolean;
  /** Bytes of the result. */
  readonly length: number;
  compute(password: string, salt: Buffer): Buffer;
}

/**
 * Reads a formula such as `sha256(salt+password)`, `md5(md5(password)+salt)`, `sha1('pepper'+password)`
 * or `sha256*1024(salt+password)`, which applies the digest 1024 times. A digest that is part of the
 * input of another is hexadecimal.
 * @returns null where the text is no formula with a password
 */
export function readFastFormula(text: string): FastFormula | null {
  const tokens: string[] = text.match(TOKEN) ?? [];
  if (text.length > MAX_LENGTH || tokens.join('') !== text || !tokens.includes('password')) return null;
  const digests = tokens.filter((token) => token.endsWith('(')).reduce((sum, token) => sum + roundsOf(token), 0);
  const hasSalt = tokens.includes('salt');
  const first = tokens.shift()!;
  const compute = first.endsWith('(') ? readDigest(first, tokens) : null;
  if (compute === null || tokens.length > 0 || digests > MAX_DIGESTS) return null;
  const length = FAST_DIGESTS[nameOf(first)];
  return { digests, hasSalt, length, compute: (password, salt) => compute({ password: Buffer.from(password), salt }) };
}

/** Reads up to the closing bracket. */
function readDigest(opening: string, tokens: string[]): Part | null {
  const [name, rounds] = [nameOf(opening), roundsOf(opening)];
  const parts: Part[] = [];
  let next: string | undefined;
  do {
    const part = readPart(tokens);
    if (part === null) return null;
    parts.push(part);
    next = tokens.shift();
  } while (next === '+');
  if (next !== ')' || rounds < 1) return null;
  return (values) => {
    let bytes = Buffer.concat(parts.map((part) => part(values)));
    for (let round = 0; round < rounds; round += 1) bytes = createHash(name).update(bytes).digest();
    return bytes;
  };
}

function readPart(tokens: string[]): Part | null {
  const token = tokens.shift() ?? '';
  if (token === 'password' || token === 'salt') return (values) => values[token];
  if (token.startsWith("'")) {
    const text = Buffer.from(token.slice(1, -1));
    return () => text;
  }
  const inner = token.endsWith('(') ? readDigest(token, tokens) : null;
  return inner === null ? null : (values) => Buffer.from(inner(values).toString('hex'));
}

const nameOf = (opening: string): FastDigest => /^\w+/.exec(opening)![0] as FastDigest;
const roundsOf = (opening: string): number => Number(/\*(\d+)/.exec(opening)?.[1] ?? 1);
