import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * SHA-256 of a high-entropy secret, for looking it up without storing it. Only for values of 128 random bits
 * or more: whatever can be guessed needs {@link keyedDigest}, since a plain hash of six digits falls to a million tries.
 */
export function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** HMAC-SHA-256 over the parts, length-prefixed so that ('ab','c') and ('a','bc') differ. */
export function keyedDigest(key: Buffer, ...parts: string[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
  return hmac.digest();
}

/** Compares in a time that does not depend on where the two differ. */
export function equalDigests(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
