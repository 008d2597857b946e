import { readArgon2 } from './argon2.js';
import { readBcrypt, readPasslibBcrypt } from './bcrypt.js';
import { readFirebaseScrypt } from './firebase.js';
import type { LegacyHash, RefusedHash } from './legacy-hash.js';
import { readPbkdf2 } from './pbkdf2.js';
import { readScrypt } from './scrypt.js';
import { readShaCrypt } from './sha-crypt.js';
import { readWrapped } from './wrapped.js';

const READERS = [
  readBcrypt,
  readPasslibBcrypt,
  readPbkdf2,
  readScrypt,
  readArgon2,
  readShaCrypt,
  readFirebaseScrypt,
  readWrapped,
];

/**
 * Recognises a hash of another system (IM-01). A slow hash may be in the form of its producer or in
 * the stored form. A fast hash and a hash of Firebase are recognised in the stored form only; that of
 * a fast hash is within argon2id. Bounds of the cost are checked before anything is computed (IM-02).
 * @returns null where no scheme has this form
 */
export function parseLegacyHash(text: string): LegacyHash | RefusedHash | null {
  for (const read of READERS) {
    const hash = read(text);
    if (hash !== null) return hash;
  }
  return null;
}
