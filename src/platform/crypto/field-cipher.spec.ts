import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { FieldCipher } from './field-cipher.js';

describe('a sealed value', () => {
  const [key, older] = [randomBytes(64), randomBytes(64)];
  const box = new FieldCipher([key]);
  const text = 'ada@example.com 048213 문지기 🦒';

  it('opens for the key and the row it was made for', () => {
    expect(box.decrypt(box.encrypt(text, 'row 1'), 'row 1')).toBe(text);
    expect(box.decrypt(box.encrypt('', 'row 1'), 'row 1')).toBe('');
  });

  it('SL-02 shows nothing of what is in it, and never looks the same twice', () => {
    const [first, second] = [box.encrypt(text, 'row 1'), box.encrypt(text, 'row 1')];
    expect(first.equals(second)).toBe(false);
    for (const part of ['ada', 'example', '048213']) expect(first.toString('latin1')).not.toContain(part);
  });

  it('does not open in another row, with another key, or altered in any byte', () => {
    const sealed = box.encrypt(text, 'row 1');
    expect(() => box.decrypt(sealed, 'row 2')).toThrow();
    expect(() => new FieldCipher([older]).decrypt(sealed, 'row 1')).toThrow();
    for (let at = 0; at < sealed.length; at += 1) {
      const altered = Buffer.from(sealed);
      altered[at] = altered[at]! ^ 1;
      expect(() => box.decrypt(altered, 'row 1')).toThrow();
    }
    for (const length of [0, 1, 28, sealed.length - 1])
      expect(() => box.decrypt(sealed.subarray(0, length), 'row 1')).toThrow();
  });

  it('still opens while its key is being replaced, and is sealed with the newer one', () => {
    const sealed = new FieldCipher([older]).encrypt(text, 'row 1');
    const during = new FieldCipher([key, older]);
    expect(during.decrypt(sealed, 'row 1')).toBe(text);
    expect(box.decrypt(during.encrypt(text, 'row 1'), 'row 1')).toBe(text);
    expect(() => box.decrypt(sealed, 'row 1')).toThrow();
  });
});
