import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LOCKS } from '../../src/platform/database/advisory-locks.js';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { FieldCipher } from '../../src/platform/crypto/field-cipher.js';
import { givenAdmin } from '../support/admins.js';
import { givenApiKey } from '../support/api-keys.js';
import { munjigi } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { resetTokenFor } from '../support/recovery.js';
import { codeAt, enrol, type EnrolledMember } from '../support/second-factor.js';
import { TEST_SECRET } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const NEW_SECRET = randomBytes(48).toString('base64');
/**
 * The settings of the three steps. First every process knows the new secret, then the new secret
 * encrypts and the old one still decrypts, then the old one is removed.
 */
const APPENDED = { PREVIOUS_SECRETS: NEW_SECRET };
const BOTH = { SECRET: NEW_SECRET, PREVIOUS_SECRETS: TEST_SECRET };
const NEW_ALONE = { SECRET: NEW_SECRET, PREVIOUS_SECRETS: undefined };
/** More than two batches of the command. */
const OTHERS = 450;

const reencrypt = (database: TestDatabase, env: Record<string, string | undefined>, ...options: string[]) =>
  munjigi(['keys', 'reseal', ...options], { DATABASE_URL: database.url, ...env });

/** Waits for a log line with these words. */
const logLine = (server: TestApp, words: string): Promise<string> =>
  eventually(words, async () => server.logs.find((line) => line.includes(words)));

/** A server of each of the first steps, on one database. */
let app: TestApp;
let appended: TestApp;
let both: TestApp;
/** Members who enrolled an authenticator app before the change. */
let ada: EnrolledMember;
let grace: EnrolledMember;
beforeAll(async () => {
  // After two wrong passwords a wait begins that does not end by itself. This server sends no mail:
  // it cannot decrypt what `both` encrypts with the new secret. In production it has stopped by then.
  app = await TestApp.start({
    env: { LOG_LEVEL: 'info', LOGIN_FAILURE_LIMIT: '2', LOGIN_FAILURE_HARD_LIMIT: '2', WORKER_ENABLED: 'false' },
  });
  appended = await app.replica({ env: { ...APPENDED, WORKER_ENABLED: 'true' } });
  ada = await enrol(await given.member(app));
  grace = await enrol(await given.member(app));
  both = await app.replica({ env: { ...BOTH, WORKER_ENABLED: 'true' } });
});
afterAll(() => app.stop());

describe('change of SECRET', () => {
  const logIn = async (server: TestApp, { loginId, password }: EnrolledMember, code: string): Promise<HttpAnswer> => {
    const client = server.client();
    const { body } = await client.post('/api/auth/login', { identifier: loginId, password }).expect(200);
    return client.post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code });
  };
  /** Allows the current code to be used again, as if time had passed. */
  const nextCode = async ({ id, secret }: EnrolledMember): Promise<string> => {
    await app.sql.query(`UPDATE totp_secrets SET last_step = 0 WHERE member_id = $1`, [id]);
    return codeAt(secret);
  };

  it('allows the old secret to be removed after the re-encryption of apps and recovery codes, not before', async () => {
    const { key: apiKey } = await givenApiKey(app, ['members:read']);
    const old = new KeyRing([TEST_SECRET]);
    const token = new FieldCipher(old.all('provider-grant')).encrypt('{}', 'apple ada');
    await app.sql.query(
      `INSERT INTO provider_grants (provider, subject, sealed, sealed_by) VALUES ('apple', 'ada', $1, $2)`,
      [token, old.ids[0]],
    );
    const before = await reencrypt(app.database, BOTH, '--check');
    expect([before.code, before.stderr]).toEqual([1, expect.stringContaining('Run "munjigi keys reseal" before')]);
    expect(before.stdout).toContain('authenticator apps: 0 with SECRET, 2 with PREVIOUS_SECRETS no. 1\n');
    expect(before.stdout).toContain('recovery codes: 0 with SECRET, 20 with PREVIOUS_SECRETS no. 1\n');
    expect(before.stdout).toContain('provider tokens: 0 with SECRET, 1 with PREVIOUS_SECRETS no. 1\n');

    await logLine(both, '2 authenticator apps need a secret of PREVIOUS_SECRETS');
    expect(await logIn(both, ada, await nextCode(ada))).toMatchObject({ status: 200 });

    const tooEarly = await app.replica({ env: { ...NEW_ALONE, WORKER_ENABLED: 'true' } });
    await logLine(tooEarly, '2 authenticator apps cannot be used');
    await logLine(tooEarly, '20 recovery codes cannot be used');
    expect((await logIn(tooEarly, ada, await nextCode(ada))).status).toBe(500);
    expect((await logIn(tooEarly, ada, ada.recoveryCodes[0]!)).body.code).toBe('code_invalid');
    await tooEarly.stop(); // it cannot decrypt mails that were encrypted with the old secret

    expect(await reencrypt(app.database, BOTH)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Re-encrypted: 23.'),
    });
    expect(await reencrypt(app.database, NEW_ALONE, '--check')).toMatchObject({ code: 0, stderr: '' });

    const { rows } = await app.sql.query(`SELECT sealed FROM provider_grants`);
    const renewed = new FieldCipher(new KeyRing([NEW_SECRET]).all('provider-grant'));
    expect(renewed.decrypt(rows[0].sealed, 'apple ada')).toBe('{}');

    const server = await app.replica({ env: { ...NEW_ALONE, WORKER_ENABLED: 'true' } });
    const code = await nextCode(ada);
    expect(await logIn(server, ada, code)).toMatchObject({ status: 200 });
    expect((await logIn(server, ada, code)).body.code).toBe('code_invalid');
    const recoveryCode = grace.recoveryCodes[3]!;
    expect(await logIn(server, grace, recoveryCode)).toMatchObject({ status: 200 });
    expect((await logIn(server, grace, recoveryCode)).body.code).toBe('code_invalid');
    expect((await logIn(server, grace, ada.recoveryCodes[4]!)).body.code).toBe('code_invalid');
    await server.get('/api/admin/members', apiKey).expect(200); // an API key does not depend on SECRET
    expect(server.logs.filter((line) => /cannot be used|need a secret/.test(line))).toEqual([]);
    await server.stop(); // it cannot decrypt mails of other tests either
  });

  it('is mentioned by `config check` while the old secret is set', async () => {
    expect((await munjigi(['config', 'check', '--offline'], BOTH)).stdout).toContain(
      'PREVIOUS_SECRETS is set: remove a secret only after',
    );
    expect((await munjigi(['config', 'check', '--offline'], NEW_ALONE)).stdout).not.toContain(
      'PREVIOUS_SECRETS is set',
    );
  });
});

describe('waits after failed logins during a change of SECRET', () => {
  /** From an unknown device. */
  const logIn = async (at: TestApp, { loginId }: GivenMember, password: string): Promise<number> =>
    (await at.client().post('/api/auth/login', { identifier: loginId, password })).status;
  const lock = async (at: TestApp, member: GivenMember): Promise<void> => {
    for (let i = 0; i < 2; i++) expect(await logIn(at, member, 'wrong giraffe 12')).toBe(401);
    expect(await logIn(at, member, member.password)).toBe(401);
  };
  const reset = async (at: TestApp, member: GivenMember): Promise<string> => {
    const newPassword = unique.password();
    const token = await resetTokenFor(at, member);
    await at.client().post('/api/auth/password-reset', { newPassword }, token).expect(204);
    return newPassword;
  };

  it('BF-01 apply on every process, whichever of the two secrets it counts with', async () => {
    const [ada, grace] = [await given.member(app), await given.member(app)];
    await lock(app, ada);
    for (const at of [appended, both]) expect(await logIn(at, ada, ada.password)).toBe(401);
    await lock(both, grace);
    for (const at of [appended, both]) expect(await logIn(at, grace, grace.password)).toBe(401);
  });

  it('BF-04 do not come back after they were cleared, neither in later steps nor without the old secret', async () => {
    const members = [await given.member(app), await given.member(app), await given.member(app)];
    for (const [n, at] of [app, appended, both].entries()) await lock(at, members[n]!);
    const clearedAt = [appended, both, appended];
    const passwords: string[] = [];
    for (const [n, member] of members.entries()) passwords.push(await reset(clearedAt[n]!, member));
    // Sends no mail, because it cannot decrypt mails that were encrypted with the old secret.
    const alone = await app.replica({ env: NEW_ALONE });
    for (const at of [appended, both, alone])
      for (const [n, member] of members.entries()) expect(await logIn(at, member, passwords[n]!)).toBe(200);
  });

  it('are shown to administrators with either secret, and can be ended by them', async () => {
    const admin = await givenAdmin(app);
    const ada = await given.member(app);
    await lock(app, ada);
    const client = both.client();
    const isWaiting = async () =>
      (await client.get(`/api/admin/members/${ada.id}`, admin.accessToken).expect(200)).body.isWaiting;
    expect(await isWaiting()).toBe(true);
    await client.post(`/api/admin/members/${ada.id}/unlock`, undefined, admin.accessToken).expect(204);
    expect(await isWaiting()).toBe(false);
    for (const at of [app, appended, both]) expect(await logIn(at, ada, ada.password)).toBe(200);
  });
});

describe('re-encryption', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('runs in one process at a time and does not block requests', async () => {
    const other = await app.sql.connect();
    try {
      await other.query('SELECT pg_advisory_lock($1)', [LOCKS.reEncryption]);
      const { code, stderr } = await reencrypt(app.database, BOTH);
      expect([code, stderr]).toEqual([1, 'Another "munjigi keys reseal" is running.\n']);
      const { client, accessToken, password } = await given.member(app);
      await client.delete('/api/members/me', { password }, accessToken).expect(204);
    } finally {
      other.release(true);
    }
  });

  it('re-encrypts in batches, also rows of older versions; keeps undecryptable rows and reports them', async () => {
    const { rows: members } = await database.pool.query<{ id: string }>(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, locale)
       SELECT gen_random_uuid(), 'rotated-' || n, 'rotated-' || n || '@example.test', 'rotated-' || n || '@example.test', '', 'en'
       FROM generate_series(1, ${OTHERS}) AS n RETURNING id`,
    );
    const cipher = new FieldCipher(new KeyRing([TEST_SECRET]).all('totp-secret'));
    // A version before 1.0.0 did not record the secret of a row.
    await database.pool.query(
      `INSERT INTO totp_secrets (member_id, sealed) SELECT * FROM unnest($1::uuid[], $2::bytea[])`,
      [members.map(({ id }) => id), members.map(({ id }) => cipher.encrypt('JBSWY3DPEHPK3PXP', id))],
    );
    const undecryptable = members[OTHERS / 2]!.id;
    await database.pool.query(`UPDATE totp_secrets SET sealed = $2, key_id = 'gone' WHERE member_id = $1`, [
      undecryptable,
      randomBytes(60),
    ]);
    // Such a version also stored only a keyed digest of a recovery code.
    await database.pool.query(`INSERT INTO recovery_codes (digest, member_id) SELECT $1, id FROM members LIMIT 1`, [
      randomBytes(32),
    ]);

    const server = await TestApp.start({ database, env: { ...BOTH, LOG_LEVEL: 'info', WORKER_ENABLED: 'true' } });
    await logLine(server, `${OTHERS - 1} authenticator apps do not name their secret`);
    await server.stop();

    const first = await reencrypt(database, BOTH);
    expect([first.code, first.stderr]).toEqual([1, expect.stringContaining('Undecryptable values need')]);
    expect(first.stdout).toContain(`Re-encrypted: ${OTHERS - 1}.`);
    expect(first.stdout).toContain(
      `authenticator apps: ${OTHERS - 1} with SECRET, 0 with PREVIOUS_SECRETS no. 1, 1 with a secret that is not set`,
    );
    expect(first.stdout).toContain('1 recovery codes are from before 1.0.0');

    await database.pool.query(`DELETE FROM totp_secrets WHERE member_id = $1`, [undecryptable]);
    const second = await reencrypt(database, BOTH);
    expect([second.code, second.stderr]).toEqual([0, '']);
    expect(second.stdout).toContain('Re-encrypted: 0.');
    const { rows } = await database.pool.query<{ id: string; sealed: Buffer }>(
      `SELECT member_id AS id, sealed FROM totp_secrets`,
    );
    const newCipher = new FieldCipher(new KeyRing([NEW_SECRET]).all('totp-secret'));
    expect(rows.map(({ id, sealed }) => newCipher.decrypt(sealed, id))).toEqual(
      Array(OTHERS - 1).fill('JBSWY3DPEHPK3PXP'),
    );
  });
});
