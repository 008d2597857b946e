import { createCipheriv, timingSafeEqual } from 'node:crypto';
import { bytesOf, phcBase64 } from './encodings.js';
import { refuse, TOO_EXPENSIVE, TOO_WEAK, type LegacyReader } from './legacy-hash.js';
import { deriveScrypt, isDerivable } from './scrypt.js';

/** 64 MiB with r = 8. Firebase's own projects have 14. */
const MAX_MEM_COST = 16;
const MIN_MEM_COST = 10;
const MAX_ROUNDS = 8;
const KEY_BYTES = 32;
export const SIGNER_KEY_BYTES = 64;

/** What Firebase shows as the password hash parameters of a project. */
export interface FirebaseParameters {
  readonly signerKey: Buffer;
  readonly saltSeparator: Buffer;
  readonly rounds: number;
  readonly memCost: number;
}

/**
 * Firebase derives a key from the password by scrypt. The hash is the signer key of the project,
 * encrypted with that key by AES-256 in counter mode from zero. Hash and signer key together give
 * the key stream. Only the key stream is stored: it is enough to check the password.
 * @returns what {@link readFirebaseScrypt} reads; null where hash or salt are no base64
 */
export function firebaseForm(hash: string, salt: string, parameters: FirebaseParameters): string | null {
  const { signerKey, saltSeparator, rounds, memCost } = parameters;
  const [cipherText, saltBytes] = [urlBytesOf(hash), urlBytesOf(salt)];
  if (saltBytes === null || cipherText?.length !== signerKey.length) return null;
  const keyStream = cipherText.map((byte, index) => byte ^ signerKey[index]!);
  const fullSalt = Buffer.concat([saltBytes, saltSeparator]);
  return `$firebase-scrypt$m=${memCost},r=${rounds}$${phcBase64(fullSalt)}$${phcBase64(Buffer.from(keyStream))}`;
}

/** The stored form of {@link firebaseForm}. */
export const readFirebaseScrypt: LegacyReader = (text) => {
  const [, kind, memCost, rounds, saltText, tagText] =
    /^(\$firebase-scrypt\$m=(\d{1,2}),r=(\d{1,2}))\$([\w+/]*)\$([\w+/]+)$/.exec(text) ?? [];
  if (kind === undefined) return null;
  const [salt, tag] = [bytesOf(saltText!), bytesOf(tagText!)];
  if (salt === null || tag?.length !== SIGNER_KEY_BYTES || Number(rounds) < 1)
    return refuse('firebase-scrypt', 'is malformed');
  if (Number(memCost) > MAX_MEM_COST || Number(rounds) > MAX_ROUNDS) return refuse('firebase-scrypt', TOO_EXPENSIVE);
  if (Number(memCost) < MIN_MEM_COST) return refuse('firebase-scrypt', TOO_WEAK);
  const costs = { N: 2 ** Number(memCost), r: Number(rounds), p: 1 };
  if (!isDerivable(costs)) return refuse('firebase-scrypt', 'is malformed');
  return {
    stored: text,
    kind,
    verify: async (password) => {
      const key = await deriveScrypt(password, salt, KEY_BYTES, costs);
      const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
      return timingSafeEqual(cipher.update(Buffer.alloc(tag.length)), tag);
    },
  };
};

/** Exports of Firebase have either alphabet of base64. */
function urlBytesOf(text: string): Buffer | null {
  return bytesOf(text.replaceAll('-', '+').replaceAll('_', '/'));
}
