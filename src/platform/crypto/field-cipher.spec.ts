import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SealedBox } from './field-cipher.js';

describe('a sealed value', () => {
  const [key, older] = [randomBytes(64), randomBytes(64)];
  const box = new SealedBox([key]);
  const text = 'ada@example.com 048213 문지기 🦒';

  it('opens for the key and the row it was made for', () => {
    expect(box.open(box.seal(text, 'row 1'), 'row 1')).toBe(text);
    expect(box.open(box.seal('', 'row 1'), 'row 1')).toBe('');
  });

  it('SL-02 shows nothing of what is in it, and never looks the same twice', () => {
    const [first, second] = [box.seal(text, 'row 1'), box.seal(text, 'row 1')];
    expect(first.equals(second)).toBe(false);
    for (const part of ['ada', 'example', '048213']) expect(first.toString('latin1')).not.toContain(part);
  });

  it('does not open in another row, with another key, or altered in any byte', () => {
    const sealed = box.seal(text, 'row 1');
    expect(() => box.open(sealed, 'row 2')).toThrow();
    expect(() => new SealedBox([older]).open(sealed, 'row 1')).toThrow();
    for (let at = 0; at < sealed.length; at += 1) {
      const altered = Buffer.from(sealed);
      altered[at] = altered[at]! ^ 1;
      expect(() => box.open(altered, 'row 1')).toThrow();
    }
    for (const length of [0, 1, 28, sealed.length - 1])
      expect(() => box.open(sealed.subarray(0, length), 'row 1')).toThrow();
  });

  it('still opens while its key is being replaced, and is sealed with the newer one', () => {
    const sealed = new SealedBox([older]).seal(text, 'row 1');
    const during = new SealedBox([key, older]);
    expect(during.open(sealed, 'row 1')).toBe(text);
    expect(box.open(during.seal(text, 'row 1'), 'row 1')).toBe(text);
    expect(() => box.open(sealed, 'row 1')).toThrow();
  });
});
