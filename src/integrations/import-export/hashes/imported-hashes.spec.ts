import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../../platform/config/app-config.js';
import { parseLegacyHash } from '../../../security/passwords/legacy-hashes/parse-legacy-hash.js';
import { PasswordHasher } from '../../../security/passwords/password-hasher.js';
import { readFirebaseParameters } from './firebase-parameters.js';
import { readHashTemplate } from './hash-template.js';
import { ImportedHashes, type HashOptions } from './imported-hashes.js';

const CHEAP = { NODE_ENV: 'test', ARGON2_MEMORY_KIB: '8', ARGON2_TIME_COST: '1' };
const hasher = new PasswordHasher(AppConfig.load({ SECRET: 'any-thirty-two-bytes-will-do-here-0', ...CHEAP }));
const accept = (hash: string, options?: HashOptions) => new ImportedHashes(hasher, options).accept(hash);
const BYTES = '$NjU2NzNhM1h5UnowMDJHalVrc3N6OQ$ruMxusLudmU1B12rRShjbA';
const HASH = `$argon2id$v=19$m=102400,t=2,p=8${BYTES}`;
const hex = (digest: string, text: string) => createHash(digest).update(text).digest('hex');

/** The form in which a hash is stored. */
async function storedOf(hash: string, options?: HashOptions): Promise<string> {
  const hashes = new ImportedHashes(hasher, options);
  const accepted = hashes.accept(hash);
  if ('refused' in accepted) throw new Error(accepted.refused);
  return hashes.finish(accepted.stored);
}

/** Fast hashes in the layouts of their producers, each with its password. */
const KNOWN: readonly (readonly [string, string])[] = [
  // Made by Django 3.2. The reader of its dump puts `md5$$` before a digest that stands alone.
  ['md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3', 'lètmein'],
  ['sha1$seasalt$cff36ea83f5706ce9aa7454e63e431fc726b2dc8', 'lètmein'],
  ['sha1$$6d138ca3ae545631b3abd71a4f076ce759c5700b', 'lètmein'],
  ['md5$$88a434c88cca4e900f7874cd98123f43', 'lètmein'],
  // Published by Spring Security in its reference and tests.
  ['{sha256}97cde38028ad898ebc02e690819fa220e88c62e0699403e94fff291cfffaf8410849f27605abcbc0', 'password'],
  ['{MD5}{THIS_IS_A_SALT}a68aafd90299d0b137de28fb4bb68573', 'abc123'],
  ['{MD5}{THIS_IS_A_SALT}poqv2QKZ0LE33ij7S7aFcw==', 'abc123'],
  ['{MD5}{}f1026a66095fc2058c1f8771ed05d6da', 'password'],
  ['{MD5}5f4dcc3b5aa765d61d8327deb882cf99', 'password'],
  // Made by slappasswd of OpenLDAP, published in the tests of Spring Security.
  ['{SHA}ddSFGmjXYPbZC+NXR2kCzBRjqiE=', 'boabspasswurd'],
  ['{SSHA}25ro4PKC8jhQZ26jVsozhX/xaP0suHgX', 'boabspasswurd'],
  ['{ssha}PQy2j+6n5ytA+YlAKkM8Fh4p6u2JxfVd', 'boabspasswurd'],
  ['{sha256}XohImNooBHFR0OVvjcYpJ3NgPQ1qq73WKhHvch0VQtg=', 'password'],
  ['{ldap}{SSHA}25ro4PKC8jhQZ26jVsozhX/xaP0suHgX', 'boabspasswurd'],
  // Made by passlib 1.7.4.
  ['{SSHA256}DzsqibLrwTl0nmxwNSAB28+48B0rIo9+ANBJBAiT1+XR+h+jFMIYow==', 'lètmein'],
  [
    '{SSHA512}3VRq1BVSOismtn34rKBKva+/UXK3JFfLkjhtBgezBN3PZLDTNSRQmcWdr/k/lR2nirnFZgCceY92pDxah/T19EWI0bqXEkKI',
    'lètmein',
  ],
  ['{SMD5}btcqee1boJkwTu5S6cqydNH6/38=', 'lètmein'],
];

const salted = (digest: string, text: string, layout: string) => layout.replace('digest', hex(digest, text));

/** A template, a text, and the password of the text. */
const TEMPLATES: readonly (readonly [string, string, string])[] = [
  ['md5(password)', hex('md5', 'giraffe'), 'giraffe'],
  ['digest=sha512(password)', hex('sha512', 'giraffe').toUpperCase(), 'giraffe'],
  ['salt:digest=sha1(salt+password)', salted('sha1', 'a:bgiraffe', 'a:b:digest'), 'giraffe'],
  ['digest$salt=sha256(password+salt)', salted('sha256', 'giraffena$cl', 'digest$na$cl'), 'giraffe'],
  ['x.salt=digest=sha256(password+salt)', salted('sha256', 'giraffenacl', 'x.nacl=digest'), 'giraffe'],
  ['hex(salt):digest=md5(salt+password)', salted('md5', 'ABgiraffe', '4142:digest'), 'giraffe'],
  ['base64(salt):digest=md5(salt+password)', salted('md5', 'ABgiraffe', 'QUI=:digest'), 'giraffe'],
  [
    'digest:salt=md5(md5(salt)+md5(password))',
    salted('md5', hex('md5', 'nacl') + hex('md5', 'giraffe'), 'digest:nacl'),
    'giraffe',
  ],
  // A salt that touches the digest.
  ['saltdigest=md5(salt+password)', salted('md5', 'naclgiraffe', 'nacldigest'), 'giraffe'],
  ['digestsalt=sha512(salt+password)', salted('sha512', 'naclgiraffe', 'digestnacl'), 'giraffe'],
  ['hex(salt)digest=md5(salt+password)', salted('md5', 'ABgiraffe', '4142digest'), 'giraffe'],
  ['base64(salt)digest=sha256(salt+password)', salted('sha256', 'ABCgiraffe', 'QUJDdigest'), 'giraffe'],
  ["sha1('=+pepper'+password)", hex('sha1', '=+peppergiraffe'), 'giraffe'],
];

describe('a slow hash', () => {
  it.each([HASH, `argon2${HASH}`, `{argon2}${HASH}`, `{argon2@SpringSecurity_v5_8}${HASH}`])(
    'IM-10 IM-03 by argon2id of another cost is stored in one spelling, so that its dummies are of one kind: %s',
    (hash) => expect(accept(hash)).toEqual({ stored: `$other-argon2id$v=19,m=102400,t=2,p=8${BYTES}` }),
  );

  it('IM-10 by argon2id with the cost of this service is stored unchanged', () => {
    const own = `$argon2id$v=19$m=8,t=1,p=1${BYTES}`;
    expect(accept(`{argon2}${own}`)).toEqual({ stored: own });
  });

  it.each([
    ['pbkdf2_sha256$260000$salt$secret', 'the password hash by pbkdf2-sha256 is malformed'],
    ['crypt$$ab1Hv2Lg7ltQo', 'password hashes by crypt are not supported'],
    ['{MD4}5f4dcc3b5aa765d61d8327deb882cf99', 'password hashes by MD4 are not supported'],
    ['{SSHA}ddSFGmjXYPbZC+NXR2kCzBRjqiE=', 'password hashes by SSHA are not supported'],
    ['{SHA}25ro4PKC8jhQZ26jVsozhX/xaP0suHgX', 'password hashes by SHA are not supported'],
    [
      '$bcrypt-sha256$v=2,t=2b,r=20$0od.JZPdC73cynVTf7d5F.$Vp2XOUyMF.UQkEA4GxVEVaxpSdJ3dbW',
      'the password hash by bcrypt of cost 20 would take the server too long to verify',
    ],
    ['{noop}secret', 'the password is in plain text; --accept-noop imports it'],
    ['5f4dcc3b5aa765d61d8327deb882cf99', 'password hashes of this kind are not supported'],
    ['$unfinished$AQID', 'password hashes of this kind are not supported'],
    ['pepperSalt$5f4dcc3b5aa765d61d8327deb882cf99', 'password hashes of this kind are not supported'],
    ['Summer2024$', 'password hashes of this kind are not supported'],
    ['firebase-scrypt$c2FsdA$aGFzaA', 'password hashes of Firebase need --hash-parameters'],
    [HASH.replace('m=102400', 'm=4194304'), 'the password hash by argon2id would take the server too long to verify'],
  ])('IM-14 is refused without repeating it: %s', (hash, refused) => expect(accept(hash)).toEqual({ refused }));
});

describe('a fast hash', () => {
  it.each(KNOWN)('IM-05 is stored only within argon2id: %s', async (hash, password) => {
    const stored = await storedOf(hash);
    expect(stored).not.toContain(hash.slice(-30));
    const wrapped = parseLegacyHash(stored);
    if (wrapped === null || 'refused' in wrapped) throw new Error(JSON.stringify(wrapped));
    expect([wrapped.stored, stored.startsWith(wrapped.kind)]).toEqual([stored, true]);
    expect(wrapped.kind).toMatch(/^\$wrapped\$m=8,t=1,p=1,f=(1|1024)$/);
    expect(await wrapped.verify(password)).toBe(true);
    expect(await wrapped.verify(`${password}x`)).toBe(false);
    expect(await wrapped.verify(hash.slice(-32))).toBe(false); // the hash does not work as a password
  });

  it.each(TEMPLATES)('IM-05 is read by --hash-template %s', async (text, hash, password) => {
    const template = readHashTemplate(text);
    expect(template).not.toBeNull();
    const wrapped = parseLegacyHash(await storedOf(hash, { template }));
    if (wrapped === null || 'refused' in wrapped) throw new Error(JSON.stringify(wrapped));
    expect(await wrapped.verify(password)).toBe(true);
    expect(await wrapped.verify('okapi')).toBe(false);
  });

  it.each([
    ['m=1048576,t=2,p=1', 'would take the server too long to verify'],
    ['m=262144,t=20,p=1', 'would take the server too long to verify'],
    ['m=16,t=1,p=1', 'is too fast to be kept'],
    ['m=0,t=1,p=1', 'is malformed'],
  ])('IM-02 within argon2id of another installation has the bounds of argon2id: %s', async (costs, reason) => {
    const stored = await storedOf('{MD5}5f4dcc3b5aa765d61d8327deb882cf99');
    expect(accept(stored)).toEqual({ stored });
    expect(accept(stored.replace('m=8,t=1,p=1', costs))).toEqual({
      refused: `the password hash by argon2id ${reason}`,
    });
    const bearable = stored.replace('m=8,t=1,p=1', 'm=19456,t=2,p=1');
    expect(accept(bearable)).toEqual({ stored: bearable });
  });

  it.each([
    '',
    'md5',
    'md5()',
    'md5(salt)',
    'md5(password',
    'md5(password)x',
    'md5(password))',
    'md5(password+)',
    'crc32(password)',
    'md5*0(password)',
    'md5*2001(password)',
    'sha1*2000(md5(password))',
    'digest=md5(salt+password)',
    'salt:digest=md5(password)',
    'salt:salt:digest=md5(salt+password)',
    'salt=md5(salt+password)',
    `md5(${'password+'.repeat(30)}password)`,
    "md5('$'+password)",
  ])('refuses the template %j', (text) => expect(readHashTemplate(text)).toBeNull());

  it('IM-05 of another length than its template has is refused', () => {
    const template = readHashTemplate('salt:digest=sha256(salt+password)');
    expect(accept(`salt:${hex('sha1', 'x')}`, { template })).toEqual({
      refused: 'password hashes of this kind are not supported',
    });
  });

  it.each([
    [
      'a formula that differs from its cost',
      '$wrapped$m=8,t=1,p=1,f=1024$c2Vhc2FsdDE$cnVNeHVzTHVkbVUxQjEyMzQ1$md5(password)$',
    ],
    ['another text than a formula', '$wrapped$m=8,t=1,p=1,f=1$c2Vhc2FsdDE$cnVNeHVzTHVkbVUxQjEyMzQ1$md4(password)$'],
    ['a cost out of bounds', '$wrapped$m=99999999,t=1,p=1,f=1$c2Vhc2FsdDE$cnVNeHVzTHVkbVUxQjEyMzQ1$md5(password)$'],
  ])('IM-02 in its stored form is refused with %s', (_, text) =>
    expect(parseLegacyHash(text)).toEqual({ refused: expect.stringContaining('malformed') }),
  );
});

describe('a password in plain text', () => {
  it('IM-05 becomes argon2id where the operator asks for it', async () => {
    const stored = await storedOf('{noop}tall giraffe', { acceptsPlain: true });
    expect(await hasher.verify(stored, 'tall giraffe')).toBe(true);
    expect(accept('{noop}', { acceptsPlain: true })).toEqual({ refused: 'the password is empty' });
  });

  it('IM-05 is not readable in the staging table', () => {
    const { stored } = accept('{noop}tall giraffe', { acceptsPlain: true }) as { stored: string };
    expect(stored + Buffer.from(stored.split('$')[2]!, 'base64').toString('latin1')).not.toContain('giraffe');
  });
});

describe('the parameters of Firebase', () => {
  const SIGNER_KEY = 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==';
  const CONSOLE = `hash_config {\n  algorithm: SCRYPT,\n  base64_signer_key: ${SIGNER_KEY},\n  base64_salt_separator: Bw==,\n  rounds: 8,\n  mem_cost: 14,\n}`;
  const ROW =
    'firebase-scrypt$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==';
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'firebase-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const readText = (text: string) => {
    const file = path.join(folder, 'parameters');
    writeFileSync(file, text);
    return readFirebaseParameters(file);
  };

  it.each([
    CONSOLE,
    JSON.stringify({ base64_signer_key: SIGNER_KEY, base64_salt_separator: 'Bw==', rounds: 8, mem_cost: 14 }),
  ])('IM-01 are read as the console shows them and as JSON', async (text) => {
    const accepted = accept(ROW, { firebase: readText(text) }) as { stored: string };
    expect(accepted.stored).not.toContain(SIGNER_KEY.slice(0, 20));
    const hash = parseLegacyHash(accepted.stored);
    expect(hash !== null && !('refused' in hash) && (await hash.verify('user1password'))).toBe(true);
  });

  it.each([
    [CONSOLE.replace('rounds', 'turns'), 'has no rounds'],
    [CONSOLE.replace('jxsp', ''), 'are not those'],
    [CONSOLE.replace('14', 'x'), 'are not those'],
  ])('are refused where one is missing or wrong', (text, reason) => expect(() => readText(text)).toThrow(reason));

  it('IM-14 leave a hash of another shape refused', () => {
    const firebase = readText(CONSOLE);
    const refused = 'the password hash by firebase-scrypt is malformed';
    for (const row of ['firebase-scrypt$$', 'firebase-scrypt$c2FsdA$aGFzaA', ROW.replace('lSrf', '!')])
      expect(accept(row, { firebase })).toEqual({ refused });
  });
});
