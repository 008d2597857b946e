import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { LegacyHash } from './legacy-hash.js';
import { parseLegacyHash } from './parse-legacy-hash.js';

const parse = (text: string): LegacyHash => {
  const hash = parseLegacyHash(text);
  if (hash === null || 'refused' in hash) throw new Error(JSON.stringify(hash));
  return hash;
};

/** The reference of Spring Security publishes these examples, all of `password`. */
const SPRING = {
  bcrypt: '{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG',
  pbkdf2: '{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc',
  scrypt:
    '{scrypt}$e0801$8bWJaSu2IKSn9Z9kM+TPXfOc/9bdYSrN1oD9qfVThWEwdRTnO7re7Ei+fUZRJ68k9lTyuTeUp4of4g24hHnazw==$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=',
};

const SALT = Buffer.from('NaCl-of-16-bytes');
const tagOf = (digest: string, length: number) => pbkdf2Sync('password', SALT, 1000, length, digest);
const ab64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '').replaceAll('+', '.');
const base64 = (bytes: Buffer) => bytes.toString('base64');

/** In the layouts that the producers document. */
const LAYOUTS = {
  'Django PBKDF2-SHA256': `pbkdf2_sha256$1000$${SALT.toString()}$${base64(tagOf('sha256', 32))}`,
  'Django PBKDF2-SHA1': `pbkdf2_sha1$1000$${SALT.toString()}$${base64(tagOf('sha1', 20))}`,
  'Django scrypt': `scrypt$16384$${SALT.toString()}$8$1$${base64(scryptSync('password', SALT, 64))}`,
  'passlib PBKDF2-SHA512': `$pbkdf2-sha512$1000$${ab64(SALT)}$${ab64(tagOf('sha512', 64))}`,
  'passlib PBKDF2-SHA1': `$pbkdf2$1000$${ab64(SALT)}$${ab64(tagOf('sha1', 20))}`,
  'Keycloak PBKDF2-SHA512': JSON.stringify({
    hashIterations: 1000,
    algorithm: 'pbkdf2-sha512',
    value: base64(tagOf('sha512', 64)),
    salt: base64(SALT),
  }),
  'Keycloak PBKDF2-SHA256 of two blocks': JSON.stringify({
    hashIterations: 1000,
    algorithm: 'pbkdf2-sha256',
    value: base64(tagOf('sha256', 64)),
    salt: base64(SALT),
  }),
};

describe('a hash of another system', () => {
  it.each([...Object.entries(SPRING), ...Object.entries(LAYOUTS)])(
    'IM-01 is opened by its password alone, also in the form in which it is stored: %s',
    async (_, text) => {
      const hash = parse(text);
      const again = parse(hash.stored);
      expect([again.stored, again.kind]).toEqual([hash.stored, hash.kind]);
      expect(hash.stored.startsWith(hash.kind)).toBe(true);
      expect(await again.verify('password')).toBe(true);
      expect(await again.verify('passwore')).toBe(false);
      expect(await again.verify('')).toBe(false);
    },
  );

  it('IM-01 by bcrypt may be marked 2a, 2b or 2y', async () => {
    const bare = SPRING.bcrypt.replace('{bcrypt}', '');
    for (const mark of ['$2a$', '$2b$', '$2y$'])
      expect(await parse(bare.replace('$2a$', mark)).verify('password')).toBe(true);
  });

  it('IM-01 by bcrypt is not opened by a password that goes on after a NUL', async () => {
    expect(await parse(SPRING.bcrypt).verify('password\0more')).toBe(false);
  });

  it.each([
    ['bcrypt 20', SPRING.bcrypt.replace('$10$', '$20$'), 'too long'],
    ['100 million rounds', LAYOUTS['Django PBKDF2-SHA256'].replace('$1000$', '$100000000$'), 'too long'],
    ['N of 2^24', LAYOUTS['Django scrypt'].replace('$16384$', '$16777216$'), 'too long'],
    ['16 lanes', LAYOUTS['Django scrypt'].replace('$8$1$', '$8$16$'), 'too long'],
    ['one round', LAYOUTS['Django PBKDF2-SHA256'].replace('$1000$', '$1$'), 'too fast'],
    ['N of 2', LAYOUTS['Django scrypt'].replace('$16384$', '$2$'), 'too fast'],
    ['N of 1', LAYOUTS['Django scrypt'].replace('$16384$', '$1$'), 'malformed'],
    ['N that is no power of 2', LAYOUTS['Django scrypt'].replace('$16384$', '$16385$'), 'malformed'],
    ['bcrypt of no cost', SPRING.bcrypt.replace('$10$', '$00$'), 'malformed'],
    ['a tag of a byte', `pbkdf2_sha256$1000$salt$QQ==`, 'malformed'],
    ['a tag that is no base64', `pbkdf2_sha256$1000$salt$${'!'.repeat(44)}`, 'malformed'],
  ])('IM-02 is refused with the reason, and without any part of it: %s', (_, text, reason) => {
    const hash = parseLegacyHash(text);
    expect(hash).toEqual({ refused: expect.stringContaining(reason) });
    expect(JSON.stringify(hash)).not.toContain(text.slice(-8));
  });

  it.each([
    '',
    'password',
    '{noop}password',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    '{"',
    '{"algorithm":"argon2"}',
    '$2b$',
  ])('IM-02 is not recognised in %j', (text) => expect(parseLegacyHash(text)).toBeNull());
});
