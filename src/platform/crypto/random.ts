import { randomBytes, randomInt } from 'node:crypto';

/** Six decimal digits, uniform over 000000–999999 and so with leading zeros (ASVS 6.5.3). */
export function randomCode(): string {
  return randomInt(0, 1_000_000).toString().padStart(6, '0');
}

/**
 * An opaque secret of 256 random bits, base64url without padding: 43 characters (ASVS 11.5.1 asks
 * for 128 bits).
 */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
