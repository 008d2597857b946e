import { describe, expect, it } from '@jest/globals';
import { keyedDigest } from '../../platform/crypto/digest.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { RecoveryCodeDigests } from './recovery-code-digests.js';

const CODE = '0123456789abcdef';
const has = (digests: readonly Buffer[], digest: Buffer): boolean =>
  digests.some((candidate) => candidate.equals(digest));

describe('the digests of a recovery code', () => {
  const before = new KeyRing(['old secret']);
  const during = new RecoveryCodeDigests(new KeyRing(['new secret', 'old secret']));
  const after = new RecoveryCodeDigests(new KeyRing(['new secret']));
  const stored = new RecoveryCodeDigests(before).create('ada', CODE);

  it('match only the same member and the same code', () => {
    expect(has(new RecoveryCodeDigests(before).candidates('ada', CODE), stored.digest)).toBe(true);
    expect(has(new RecoveryCodeDigests(before).candidates('grace', CODE), stored.digest)).toBe(false);
    expect(has(new RecoveryCodeDigests(before).candidates('ada', '0123456789abcdeg'), stored.digest)).toBe(false);
  });

  it('match under an older secret as long as it is configured', () => {
    expect(has(during.candidates('ada', CODE), stored.digest)).toBe(true);
    expect(has(after.candidates('ada', CODE), stored.digest)).toBe(false);
  });

  it('can be re-encrypted for the newest secret without the code', () => {
    const reencrypted = during.reencrypt('ada', stored.encryptedHash);
    expect(has(after.candidates('ada', CODE), reencrypted.digest)).toBe(true);
    expect(after.reencrypt('ada', reencrypted.encryptedHash).digest).toEqual(reencrypted.digest);
    expect(() => during.reencrypt('grace', stored.encryptedHash)).toThrow();
    expect(() => after.reencrypt('ada', stored.encryptedHash)).toThrow();
  });

  it('include the form of versions before 1.0.0, which digested the code itself', () => {
    const old = keyedDigest(before.current('recovery-code'), 'ada', CODE);
    expect(has(during.candidates('ada', CODE), old)).toBe(true);
    expect(has(after.candidates('ada', CODE), old)).toBe(false);
  });
});
