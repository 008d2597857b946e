import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { firebaseForm } from './firebase.js';
import type { LegacyHash } from './legacy-hash.js';
import { parseLegacyHash } from './parse-legacy-hash.js';
import { shaCrypt, type ShaCryptDigest } from './sha-crypt-digest.js';

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

/** Made by passlib and argon2-cffi of Debian, all of `password`. */
const PYTHON = {
  argon2i: '$argon2i$v=19$m=1024,t=2,p=2$c2l4dGVlbiBieXRlIHNsdA$P2t3iUrme6DKzrh9pbCZCQ',
  argon2d: '$argon2d$v=19$m=1024,t=2,p=2$c2l4dGVlbiBieXRlIHNsdA$EPpdjCo+OnuoNxAI4cVJHw',
  argon2id: '$argon2id$v=19$m=1024,t=2,p=2$c2l4dGVlbiBieXRlIHNsdA$hcCCwHz1faBvbxcEKlUmtA',
  'argon2i 1.0': '$argon2i$m=1024,t=1,p=1$c2l4dGVlbiBieXRlIHNsdA$nPxkBGfeRP2rEZrDwVbRrA',
  'argon2i of Django': 'argon2$argon2i$v=19$m=1024,t=2,p=2$c2l4dGVlbiBieXRlIHNsdA$P2t3iUrme6DKzrh9pbCZCQ',
  scrypt: '$scrypt$ln=10,r=8,p=1$c2l4dGVlbiBieXRlIHNsdA$rZwdyMDPc8ZPO+pkZO8riaiJP4SERqFjU2uaClDIYIE',
};

/** Made by passlib 1.7.4, of `lètmein`. */
const BCRYPT_SHA256 = [
  '$bcrypt-sha256$v=2,t=2b,r=4$0od.JZPdC73cynVTf7d5F.$Vp2XOUyMF.UQkEA4GxVEVaxpSdJ3dbW',
  '$bcrypt-sha256$2b,4$GGNlyLJ98psZcmJ3yEUMde$INa6dQCGR/mKSloWEldAv4mzJpaMmfe',
];

/** Made by passlib; the last two of other passwords. */
const SHA_CRYPT = [
  ['password', '$5$rounds=1000$saltstring$S2dlplsLzofRuJ/frAjtaYev58CdqEN6fUby2laILG1'],
  ['password', '$6$NaCl$wgUT.rFtuFRzXtzjaakQ6lE.TCT0Xxym5UHcUwqQ5Bn9ZZpLjv0cFjJO1wZkQ6aY.TmOUuozSJ0cmnWQ.k16U1'],
  ['a'.repeat(100), '$5$rounds=1001$$NPm7S4m0JPbcU3tuzFOfO9s4SolIYEHUzdnfPrHi0D0'],
  [
    '비밀번호 é',
    '$6$rounds=5000$NaCl$1Mz2DBMlubE4APciFnE8igEZ5J.kFBPZGOEmm/FlVMHEKPfg1gNQ9tpkSqDuc6tkRNI6bm4mkSun0KjS1zK.F/',
  ],
] as const;

/** In the layout of Keycloak's exports. */
const KEYCLOAK_ARGON2 = {
  algorithm: 'argon2',
  hashIterations: 2,
  additionalParameters: { hashLength: ['16'], memory: ['1024'], type: ['id'], version: ['1.3'], parallelism: ['2'] },
  salt: 'c2l4dGVlbiBieXRlIHNsdA==',
  value: 'hcCCwHz1faBvbxcEKlUmtA==',
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
  'Keycloak argon2id': JSON.stringify(KEYCLOAK_ARGON2),
};

/** The parameters, account and password that Firebase publishes with its scrypt utility. */
const FIREBASE = {
  signerKey: Buffer.from(
    'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
    'base64',
  ),
  saltSeparator: Buffer.from('Bw==', 'base64'),
  rounds: 8,
  memCost: 14,
};
const FIREBASE_SALT = '42xEC+ixf3L2lw==';
const FIREBASE_HASH = 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==';

describe('a hash of another system', () => {
  it.each([...Object.entries(SPRING), ...Object.entries(PYTHON), ...Object.entries(LAYOUTS)])(
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

  it.each(BCRYPT_SHA256)('IM-01 by bcrypt_sha256 of passlib is opened in both versions: %s', async (text) => {
    const { stored, kind } = parse(text);
    expect(parse(stored)).toMatchObject({ stored, kind });
    expect(kind).toMatch(/^\$passlib-bcrypt-sha256\$v=[12],r=04$/);
    for (const form of [text, stored]) {
      expect(await parse(form).verify('lètmein')).toBe(true);
      expect(await parse(form).verify('letmein')).toBe(false);
    }
  });

  it('IM-01 by argon2id of Spring is opened', async () => {
    const phc = '$argon2id$v=19$m=4096,t=3,p=1$QUFBQUFBQUFBQUFBQUFBQQ$hmmTNyJlwbb6HAvFoHFWF+u03fdb0F2qA+39oPlcAqo';
    for (const id of ['{argon2}', '{argon2@SpringSecurity_v5_8}'])
      expect(await parse(id + phc).verify('sometestpassword')).toBe(true);
  });

  it('IM-01 of Firebase is opened without the signer key of the project, which is not stored', async () => {
    const form = firebaseForm(FIREBASE_HASH, FIREBASE_SALT, FIREBASE)!;
    const urlForm = firebaseForm(FIREBASE_HASH.replaceAll('/', '_').replaceAll('+', '-'), FIREBASE_SALT, FIREBASE);
    expect(urlForm).toBe(form);
    expect(await parse(form).verify('user1password')).toBe(true);
    expect(await parse(form).verify('user2password')).toBe(false);
    expect(firebaseForm(FIREBASE_HASH.slice(4), FIREBASE_SALT, FIREBASE)).toBeNull();
    expect(firebaseForm('!', FIREBASE_SALT, FIREBASE)).toBeNull();
  });

  it.each(SHA_CRYPT)(
    'IM-01 by SHA-crypt has the digest of its password, of any length and script: %s',
    (password, text) => {
      const { stored, kind } = parse(text);
      expect(parse(stored)).toMatchObject({ stored, kind });
      const [, scheme, rounds, salt, tag] = stored.split('$') as [string, string, string, string, string];
      const task = {
        digest: scheme.slice(0, 6) as ShaCryptDigest,
        salt: Buffer.from(salt, 'base64').toString(),
        rounds: Number(/^rounds=(\d+),s=(?:0|4|10)$/.exec(rounds)![1]),
      };
      expect(base64(shaCrypt({ ...task, password }))).toBe(base64(Buffer.from(tag, 'base64')));
      expect(base64(shaCrypt({ ...task, password: password.slice(1) }))).not.toContain(tag);
    },
  );

  it('IM-01 is opened with the highest N for r = 1, which is 2^15', async () => {
    const tag = scryptSync('password', SALT, 64, { N: 2 ** 15, r: 1 });
    expect(await parse(`scrypt$32768$${SALT.toString()}$1$1$${base64(tag)}`).verify('password')).toBe(true);
  });

  it('IM-01 of Keycloak may be JSON with white space', async () => {
    for (const text of [LAYOUTS['Keycloak PBKDF2-SHA512'], LAYOUTS['Keycloak argon2id']]) {
      const spaced = `\n${JSON.stringify(JSON.parse(text), null, 2)}\n`;
      expect(parse(spaced).stored).toBe(parse(text).stored);
    }
  });

  it.each([
    ['1,000,001 rounds', SHA_CRYPT[0][1].replace('=1000$', '=1000001$'), 'too long'],
    ['999 rounds', SHA_CRYPT[0][1].replace('=1000$', '=999$'), 'too fast'],
    ['a salt of 17 bytes', SHA_CRYPT[0][1].replace('saltstring', '가나다라마ab'), 'malformed'],
    ['a cut tag', SHA_CRYPT[1][1].slice(0, -1), 'malformed'],
    ['a tag with bits to spare', SHA_CRYPT[1][1].replace(/1$/, 'z'), 'malformed'],
    ['4 GiB', PYTHON.argon2i.replace('m=1024', 'm=4194304'), 'too long'],
    ['256 MiB, five times', PYTHON.argon2i.replace('m=1024,t=2', 'm=262144,t=5'), 'too long'],
    ['17 lanes', PYTHON.argon2i.replace('p=2', 'p=17'), 'too long'],
    ['16 KiB', PYTHON.argon2i.replace('m=1024', 'm=16'), 'too fast'],
    ['no pass', PYTHON.argon2i.replace('t=2', 't=0'), 'malformed'],
    ['no memory', PYTHON.argon2i.replace('m=1024', 'm=0'), 'malformed'],
    ['argon2 of an unknown version', PYTHON.argon2i.replace('v=19', 'v=20'), 'malformed'],
    ['argon2 without lanes', PYTHON.argon2i.replace(',p=2', ',t=9'), 'malformed'],
    ['no parameters', JSON.stringify({ algorithm: 'argon2' }), 'malformed'],
    ['no type', JSON.stringify({ ...KEYCLOAK_ARGON2, additionalParameters: { memory: 7 } }), 'malformed'],
    ['2^20 of Firebase', firebaseForm(FIREBASE_HASH, FIREBASE_SALT, { ...FIREBASE, memCost: 20 })!, 'too long'],
    ['bcrypt of cost 20', SPRING.bcrypt.replace('$10$', '$20$'), 'too long'],
    ['100 million rounds', LAYOUTS['Django PBKDF2-SHA256'].replace('$1000$', '$100000000$'), 'too long'],
    ['N of 2^24', LAYOUTS['Django scrypt'].replace('$16384$', '$16777216$'), 'too long'],
    ['16 lanes', LAYOUTS['Django scrypt'].replace('$8$1$', '$8$16$'), 'too long'],
    ['one round', LAYOUTS['Django PBKDF2-SHA256'].replace('$1000$', '$1$'), 'too fast'],
    ['N of 2', LAYOUTS['Django scrypt'].replace('$16384$', '$2$'), 'too fast'],
    ['N of 1', LAYOUTS['Django scrypt'].replace('$16384$', '$1$'), 'malformed'],
    [
      'N of 2^16 where r is 1',
      LAYOUTS['Django scrypt'].replace('$16384$', '$65536$').replace('$8$1$', '$1$1$'),
      'malformed',
    ],
    [
      '2^16 of Firebase with one round',
      firebaseForm(FIREBASE_HASH, FIREBASE_SALT, { ...FIREBASE, rounds: 1, memCost: 16 })!,
      'malformed',
    ],
    ['N that is no power of 2', LAYOUTS['Django scrypt'].replace('$16384$', '$16385$'), 'malformed'],
    ['bcrypt of no cost', SPRING.bcrypt.replace('$10$', '$00$'), 'malformed'],
    ['a tag of a byte', `pbkdf2_sha256$1000$salt$QQ==`, 'malformed'],
    ['a tag that is no base64', `pbkdf2_sha256$1000$salt$${'!'.repeat(44)}`, 'malformed'],
  ])('IM-02 is refused with a reason that quotes no part of the hash: %s', (_, text, reason) => {
    const hash = parseLegacyHash(text);
    expect(hash).toEqual({ refused: expect.stringContaining(reason) });
    expect(JSON.stringify(hash)).not.toContain(text.slice(-8));
  });

  it.each(['', 'password', '{noop}password', '5f4dcc3b5aa765d61d8327deb882cf99', '{"', '$2b$'])(
    'IM-02 is not recognised in %j',
    (text) => expect(parseLegacyHash(text)).toBeNull(),
  );
});
