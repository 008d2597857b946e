import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/**
 * SHA-256 of a random secret, to find it without storing it. Only for 128 random bits or more.
 * Guessable values need {@link keyedDigest}: an attacker with the table finds a plainly hashed
 * six-digit code in a million tries.
 */
export function digest(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** HMAC-SHA-256 over the parts, length-prefixed so that ('ab','c') and ('a','bc') differ. */
export function keyedDigest(key: Buffer, ...parts: string[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
  return hmac.digest();
}

/** Compares in constant time. */
export function equalDigests(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
