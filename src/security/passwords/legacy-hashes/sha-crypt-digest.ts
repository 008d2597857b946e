import { createHash } from 'node:crypto';

export type ShaCryptDigest = 'sha256' | 'sha512';

export interface ShaCryptTask {
  readonly digest: ShaCryptDigest;
  readonly password: string;
  readonly salt: string;
  readonly rounds: number;
}

/**
 * SHA-crypt by its specification (U. Drepper, "Unix crypt using SHA-256 and SHA-512", 2007); the
 * letters are those of the specification. It blocks the thread for about 2 µs a round.
 */
export function shaCrypt({ digest, password, salt, rounds }: ShaCryptTask): Buffer {
  const hash = (...parts: readonly Uint8Array[]): Buffer => {
    const running = createHash(digest);
    for (const part of parts) running.update(part);
    return running.digest();
  };
  const [key, saltBytes] = [Buffer.from(password), Buffer.from(salt)];
  const b = hash(key, saltBytes, key);
  const parts = [key, saltBytes, cycle(b, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? b : key);
  let a = hash(...parts);
  const p = cycle(hash(...Array<Buffer>(key.length).fill(key)), key.length);
  const s = cycle(hash(...Array<Buffer>(16 + a[0]!).fill(saltBytes)), saltBytes.length);
  for (let round = 0; round < rounds; round += 1) {
    const isOdd = round % 2 === 1;
    const middle = [...(round % 3 === 0 ? [] : [s]), ...(round % 7 === 0 ? [] : [p])];
    a = isOdd ? hash(p, ...middle, a) : hash(a, ...middle, p);
  }
  return a;
}

/** Repeats the digest up to this many bytes. */
function cycle(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest);
}
