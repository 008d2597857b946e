import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { FieldCipher } from './field-cipher.js';

describe('an encrypted value', () => {
  const [key, older] = [randomBytes(64), randomBytes(64)];
  const cipher = new FieldCipher([key]);
  const text = 'ada@example.com 048213 문지기 🦒';

  it('can be decrypted with its key in its row', () => {
    expect(cipher.decrypt(cipher.encrypt(text, 'row 1'), 'row 1')).toBe(text);
    expect(cipher.decrypt(cipher.encrypt('', 'row 1'), 'row 1')).toBe('');
  });

  it('SL-02 reveals nothing of the plain text and differs each time', () => {
    const [first, second] = [cipher.encrypt(text, 'row 1'), cipher.encrypt(text, 'row 1')];
    expect(first.equals(second)).toBe(false);
    for (const part of ['ada', 'example', '048213']) expect(first.toString('latin1')).not.toContain(part);
  });

  it('cannot be decrypted in another row, with another key, or after any byte was altered', () => {
    const encrypted = cipher.encrypt(text, 'row 1');
    expect(() => cipher.decrypt(encrypted, 'row 2')).toThrow();
    expect(() => new FieldCipher([older]).decrypt(encrypted, 'row 1')).toThrow();
    for (let at = 0; at < encrypted.length; at += 1) {
      const altered = Buffer.from(encrypted);
      altered[at] = altered[at]! ^ 1;
      expect(() => cipher.decrypt(altered, 'row 1')).toThrow();
    }
    for (const length of [0, 1, 28, encrypted.length - 1])
      expect(() => cipher.decrypt(encrypted.subarray(0, length), 'row 1')).toThrow();
  });

  it('can be decrypted during a key rotation, which encrypts with the newer key', () => {
    const encrypted = new FieldCipher([older]).encrypt(text, 'row 1');
    const during = new FieldCipher([key, older]);
    expect(during.decrypt(encrypted, 'row 1')).toBe(text);
    expect(cipher.decrypt(during.encrypt(text, 'row 1'), 'row 1')).toBe(text);
    expect(() => cipher.decrypt(encrypted, 'row 1')).toThrow();
  });
});
