import { describe, expect, it } from '@jest/globals';
import { keyedDigest } from '../../platform/crypto/digest.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { RecoveryCodeDigests } from './recovery-code-digests.js';

const CODE = '0123456789abcdef';
const has = (digests: readonly Buffer[], digest: Buffer): boolean => digests.some((one) => one.equals(digest));

describe('the digests of a recovery code', () => {
  const before = new KeyRing(['old secret']);
  const during = new RecoveryCodeDigests(new KeyRing(['new secret', 'old secret']));
  const after = new RecoveryCodeDigests(new KeyRing(['new secret']));
  const stored = new RecoveryCodeDigests(before).stored('ada', CODE);

  it('are found by the member and the code, and by nobody else and nothing else', () => {
    expect(has(new RecoveryCodeDigests(before).all('ada', CODE), stored.digest)).toBe(true);
    expect(has(new RecoveryCodeDigests(before).all('grace', CODE), stored.digest)).toBe(false);
    expect(has(new RecoveryCodeDigests(before).all('ada', '0123456789abcdeg'), stored.digest)).toBe(false);
  });

  it('are found by an older secret as long as it is known', () => {
    expect(has(during.all('ada', CODE), stored.digest)).toBe(true);
    expect(has(after.all('ada', CODE), stored.digest)).toBe(false);
  });

  it('are made anew for the newest secret, without the code', () => {
    const renewed = during.renewed('ada', stored.sealed);
    expect(has(after.all('ada', CODE), renewed.digest)).toBe(true);
    expect(after.renewed('ada', renewed.sealed).digest).toEqual(renewed.digest);
    expect(() => during.renewed('grace', stored.sealed)).toThrow();
    expect(() => after.renewed('ada', stored.sealed)).toThrow();
  });

  it('include those of versions before 1.0.0, which made them of the code itself', () => {
    const old = keyedDigest(before.current('recovery-code'), 'ada', CODE);
    expect(has(during.all('ada', CODE), old)).toBe(true);
    expect(has(after.all('ada', CODE), old)).toBe(false);
  });
});
