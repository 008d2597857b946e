import { describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../platform/config/app-config.js';
import { nodeRsArgon2, portableArgon2 } from './argon2-library.js';
import { PasswordHasher } from './password-hasher.js';

const SECRET = 'any-thirty-two-bytes-will-do-here-0';
const hasherWith = (env: Record<string, string> = {}) => new PasswordHasher(AppConfig.load({ SECRET, ...env }));

describe('a password hash', () => {
  const hasher = hasherWith();

  it('PW-06 is argon2id at the configured cost, with its own salt', async () => {
    const hashes = await Promise.all([hasher.hash('tall giraffe'), hasher.hash('tall giraffe')]);
    for (const hash of hashes) {
      expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,(t=2,p=1|p=1,t=2)\$/);
      expect(await hasher.verify(hash, 'tall giraffe')).toBe(true);
      expect(await hasher.verify(hash, 'tall girafff')).toBe(false);
    }
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('EN-06 that no password opens has the shape and cost of any other, and is a new one each time', async () => {
    const unknown = hasher.makeUnknownHash();
    const shapeOf = (hash: string) =>
      hash.split('$').map((part, index) => (index === 3 ? part.split(',').sort() : part.length));
    for (const library of [nodeRsArgon2(), portableArgon2()]) {
      const known = await new PasswordHasher(AppConfig.load({ SECRET }), library).hash('tall giraffe');
      expect(shapeOf(unknown)).toEqual(shapeOf(known));
      expect(await (await library).verify(unknown, 'tall giraffe')).toBe(false);
    }
    expect(hasher.needsRehash(unknown)).toBe(false);
    expect(hasher.makeUnknownHash()).not.toBe(unknown);
  });

  it('PW-03 treats composed and decomposed Hangul as equal, and nothing else', async () => {
    const typed = '키큰 기린';
    const hash = await hasher.hash(typed.normalize('NFD'));
    expect(await hasher.verify(hash, typed.normalize('NFC'))).toBe(true);
    expect(await hasher.verify(await hasher.hash('ﬁne giraffe'), 'fine giraffe')).toBe(false);
  });

  it('PW-02 distinguishes passwords beyond 72 bytes, beyond a NUL, by case and by blanks', async () => {
    const pairs = [
      [`${'x'.repeat(72)}a`, `${'x'.repeat(72)}b`],
      ['tall\u0000giraffe', 'tall\u0000gazelle'],
      ['Tall giraffe', 'tall giraffe'],
      ['tall giraffe ', 'tall giraffe'],
    ] as const;
    for (const [password, other] of pairs) {
      const hash = await hasher.hash(password);
      expect([password, await hasher.verify(hash, other)]).toEqual([password, false]);
      expect([password, await hasher.verify(hash, password)]).toEqual([password, true]);
    }
  });

  it('PW-06 needs a rehash only when the configured cost has risen', async () => {
    const hash = await hasher.hash('tall giraffe');
    expect(hasher.needsRehash(hash)).toBe(false);
    expect(hasherWith({ ARGON2_TIME_COST: '3' }).needsRehash(hash)).toBe(true);
    expect(hasherWith({ ARGON2_MEMORY_KIB: '32768' }).needsRehash(hash)).toBe(true);
    expect(await hasherWith({ ARGON2_TIME_COST: '3' }).verify(hash, 'tall giraffe')).toBe(true);
  });

  it.each([
    ['eight gibibytes', (hash: string) => hash.replace('m=19456', 'm=8388608')],
    ['a thousand passes', (hash: string) => hash.replace('t=2', 't=1000')],
    ['a hundred lanes', (hash: string) => hash.replace('p=1', 'p=100')],
    ['a number too long to be one', (hash: string) => hash.replace('m=19456', `m=${'9'.repeat(30)}`)],
    ['a second memory parameter', (hash: string) => hash.replace('t=2', 'm=8388608')],
    ['no passes', (hash: string) => hash.replace('t=2', 't=0')],
    ['no lanes', (hash: string) => hash.replace('p=1', 'p=0')],
    ['too little memory', (hash: string) => hash.replace('m=19456', 'm=1')],
    ['argon2i', (hash: string) => hash.replace('argon2id', 'argon2i')],
    ['an older version', (hash: string) => hash.replace('v=19', 'v=16')],
    ['bcrypt', () => '$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234'],
    ['plain text', () => 'tall giraffe'],
    ['nothing', () => ''],
    ['a cut-off end', (hash: string) => hash.slice(0, -10)],
    ['a salt of four bytes', (hash: string) => hash.replace(/[^$]+(?=\$[^$]+$)/, 'YWJjZA')],
  ])('PW-06 a stored hash that was tampered with is refused without being computed: %s', async (_, tamper) => {
    const tampered = tamper(await hasher.hash('tall giraffe'));
    const fail = () => Promise.reject(new Error('must not be computed'));
    const neverCalled = Promise.resolve({ name: 'fails when called', hash: fail, verify: fail });
    const watched = new PasswordHasher(AppConfig.load({ SECRET }), neverCalled);
    expect(await watched.verify(tampered, 'tall giraffe')).toBe(false);
  });

  it.each([
    ['an altered salt', (hash: string) => hash.replace(/.(?=[^$]{3}\$[^$]+$)/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['an altered hash', (hash: string) => hash.replace(/.(?=.{3}$)/, (last) => (last === 'A' ? 'B' : 'A'))],
  ])('PW-06 is refused when it was tampered with: %s', async (_, tamper) => {
    const tampered = tamper(await hasher.hash('tall giraffe'));
    for (const library of [nodeRsArgon2(), portableArgon2()]) {
      const either = new PasswordHasher(AppConfig.load({ SECRET }), library);
      expect(await either.verify(tampered, 'tall giraffe')).toBe(false);
    }
  });
});
