import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { shaCrypt } from '../../src/security/passwords/legacy-hashes/sha-crypt-digest.js';
import { wrap } from '../../src/security/passwords/legacy-hashes/wrapped.js';
import { PasswordHasher } from '../../src/security/passwords/password-hasher.js';
import { LEGACY_HASHES_CHANNEL } from '../../src/users/legacy-hash-kinds.repository.js';
import { copyMember, ENV, expectEqualTimes, PEOPLE, type Person } from '../support/equal-times.js';
import { given, unique } from '../support/factories.js';
import { OldSystem } from '../support/old-system.js';
import { SERVER_AS_DELIVERED, TestApp } from '../support/test-app.js';
import { allowTime, IS_LONG } from '../support/test-length.js';

allowTime();

/** Each pair takes most of a second. */
const PAIRS = 500;
const WAIT_MS = 300;
/** Slower than argon2id, so that argon2id for every unknown account would show. */
const ROUNDS = 100_000;
const PASSWORD = 'a giraffe 7';
const WRONG = 'no member has this one';

const phc = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/** Each hash in the form in which an import stores it. */
const HASHES: Record<string, () => Promise<string>> = {
  'a fast hash within argon2id': () => {
    const digest = createHash('sha1').update(`${PASSWORD}nacl`).digest();
    const hasher = new PasswordHasher(
      AppConfig.load({ SECRET: 'any-thirty-two-bytes-will-do-here-0', NODE_ENV: 'test' }),
    );
    return wrap({ formula: 'sha1(password+salt)', salt: Buffer.from('nacl'), digest }, (text) => hasher.hash(text));
  },
  'SHA-crypt': async () => {
    const tag = shaCrypt({ digest: 'sha512', password: PASSWORD, salt: 'sodiumchloride.1', rounds: ROUNDS });
    return `$sha512-crypt$rounds=${ROUNDS},s=16$${phc(Buffer.from('sodiumchloride.1'))}$${phc(tag)}`;
  },
};

if (!IS_LONG) console.warn('Skipped: comparing the times of logins with imported hashes needs minutes (--long).');
// In the short form, only unit tests cover this. They compare the kinds of hashes, and so the counts of
// rounds and digests. The unit tests of lazy import count the requests to the old system.
(IS_LONG ? describe : describe.skip)('a login where members come from another system', () => {
  let app: TestApp;
  let old: OldSystem;
  let known: Person[];
  let unknown: Person[];
  let ownHash: string;
  const setHash = async (hash: string): Promise<void> => {
    await app.sql.query('UPDATE members SET password_hash = $1', [hash]);
    await app.sql.query('ANALYZE members');
    await app.sql.query('DELETE FROM legacy_hash_starts');
    await app.sql.query('SELECT pg_notify($1, $2)', [LEGACY_HASHES_CHANNEL, '']);
  };
  const measure = (what: string, server = app) =>
    expectEqualTimes(
      what,
      (kind, index) => {
        const { loginId, email } = { known, unknown }[kind][index % PEOPLE]!;
        const identifier = index % 2 === 0 ? loginId : email;
        return server.client().post('/api/auth/login', { identifier, password: WRONG }).expect(401);
      },
      PAIRS,
    );

  beforeAll(async () => {
    old = await OldSystem.listen();
    app = await TestApp.start({ program: SERVER_AS_DELIVERED, env: ENV });
    const { loginId } = await given.member(app);
    known = await copyMember(app, loginId);
    unknown = known.map(() => ({ loginId: unique.loginId(), email: unique.email() }));
    const { rows } = await app.sql.query('SELECT password_hash FROM members LIMIT 1');
    ownHash = rows[0].password_hash;
  });
  afterAll(async () => {
    await app?.stop();
    await old?.close();
  });

  it.each(Object.keys(HASHES))('IM-03 EN-06 takes the same time for known and unknown with %s', async (scheme) => {
    const hash = await HASHES[scheme]!();
    await setHash(hash);
    try {
      // The hash is one that logs in: otherwise nothing would be computed for known accounts.
      const { loginId } = known[0]!;
      const server = app.client();
      await server.post('/api/auth/login', { identifier: loginId, password: PASSWORD }).expect(200);
      await app.sql.query('UPDATE members SET password_hash = $1', [hash]);
      await measure(`a login, ${scheme}`);
    } finally {
      await setHash(ownHash);
    }
  });

  it('IM-32 EN-06 takes the same time for known and unknown without an import hook', () =>
    measure('a login, no import hook'));

  it.each<[string, OldSystem['reply']]>([
    ['refuses the password', null],
    ['answers with a fault', (response) => void response.writeHead(500).end()],
    ['does not answer', () => undefined],
  ])('IM-32 EN-06 takes the same time for known and unknown where the old system %s', async (how, reply) => {
    old.reply = reply;
    const server = await app.replica({ env: { ...old.env, IMPORT_HOOK_TIMEOUT_MS: String(WAIT_MS) } });
    await measure(`a login, the old system ${how}`, server);
    expect(old.asked.length).toBeGreaterThanOrEqual(PAIRS);
    old.asked.length = 0;
  });
});
