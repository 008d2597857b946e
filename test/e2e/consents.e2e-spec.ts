import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { promote } from '../support/admins.js';
import {
  ageLedger,
  ConsentsFile,
  ledgerOf,
  makeOutdated,
  makeSignUpOutdated,
  NEWS,
  REQUIRED,
  startReminders,
} from '../support/consents.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { about } from '../support/lifetimes.js';
import { resetTokenFor } from '../support/recovery.js';
import { codeAt, enrol } from '../support/second-factor.js';
import { addPasskey, passkeyLogin } from '../support/passkeys.js';
import { mailbox } from '../support/mailbox.js';
import { ConsentsRepository } from '../../src/users/consents/consents.repository.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken } from '../support/token-forge.js';

let app: TestApp;
let file: ConsentsFile;
beforeAll(async () => {
  file = await ConsentsFile.write();
  app = await TestApp.start({ env: { CONSENTS: file.path } });
});
afterAll(async () => {
  await app?.stop();
  await file.remove();
});

const member = (consents: object[] = REQUIRED): Promise<GivenMember> => given.member(app, { consents } as object);
const problemsOf = (body: { code: string; errors: { field: string; code: string }[] }) => [
  body.code,
  ...body.errors.map(({ field, code }) => `${field} ${code}`),
];
const eventsOf = async (memberId: string): Promise<[string, unknown][]> => {
  const { rows } = await app.sql.query<{ type: string; details: unknown }>(
    `SELECT type, details FROM security_events WHERE member_id = $1 ORDER BY id`,
    [memberId],
  );
  return rows.map(({ type, details }) => [type, details]);
};

it('CO-02 a sign-up keeps the language in which the documents were shown, not that of the mails', async () => {
  const values = { ...unique.signUp(), locale: 'en', consents: REQUIRED };
  const korean = app.client({ headers: { 'accept-language': 'ko' } });
  await korean.post('/api/auth/sign-up', values).expect(202);
  const { rows } = await app.sql.query(`SELECT consents FROM sign_ups WHERE email = $1`, [values.email]);
  expect(rows[0].consents.map(({ id, language }: { id: string; language: string }) => [id, language])).toEqual([
    ['terms', 'ko'],
    ['privacy', 'en'],
  ]);
});

describe('the documents in force', () => {
  it('are listed in the language of the request, or in the one that exists', async () => {
    const korean = app.client({ headers: { 'accept-language': 'ko' } });
    const { body } = await korean.get('/api/auth/consents');
    expect(body.items.map(({ id, title }: { id: string; title: string }) => [id, title])).toEqual([
      ['terms', '이용약관'],
      ['privacy', 'Privacy'],
      ['news', 'News by e-mail'],
    ]);
    const { body: english } = await app.get('/api/auth/consents').expect(200);
    expect(english.items[0]).toEqual({
      ...{ id: 'terms', version: '2', language: 'en', title: 'Terms of service', url: 'https://example.test/terms/2' },
      ...{ required: true, marketing: false, effectiveFrom: '2026-01-01T00:00:00.000Z' },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe('a sign-up with consents', () => {
  it.each([
    ['none', undefined, ['consent_required', 'consents.terms required', 'consents.privacy required']],
    [
      'those that are not required',
      [NEWS],
      ['consent_required', 'consents.terms required', 'consents.privacy required'],
    ],
    ['a part of them', REQUIRED.slice(1), ['consent_required', 'consents.terms required']],
    [
      'a version that was replaced',
      [{ id: 'terms', version: '1' }],
      ['validation_failed', 'consents.0 consent_unknown'],
    ],
    [
      'an unknown document',
      [...REQUIRED, { id: 'x', version: '1' }],
      ['validation_failed', 'consents.2 consent_unknown'],
    ],
    ['a field too many', [{ ...NEWS, at: '2020-01-01' }], ['validation_failed', 'consents consents_malformed']],
    ['no list', { terms: true }, ['validation_failed', 'consents consents_malformed']],
    ['null', null, ['validation_failed', 'consents consents_malformed']],
    ['too many', Array(51).fill(NEWS), ['validation_failed', 'consents consents_malformed']],
  ])('CO-01 is refused with %s', async (_case, consents, problems) => {
    const { body } = await app.post('/api/auth/sign-up', { ...unique.signUp(), consents }).expect(422);
    expect(problemsOf(body)).toEqual(problems);
  });

  it('CO-02 carries them to the member, with hash, time and address of the request', async () => {
    const values = { ...unique.signUp(), consents: [...REQUIRED, NEWS, NEWS] };
    const laptop = app.client();
    const { body: signUp } = await laptop.post('/api/auth/sign-up', values).expect(202);
    const { code } = await mailbox.to(values.email).next();
    // The code is entered at another client address, which is not that of the consents.
    const confirmation = { signUpId: signUp.signUpId, code };
    const { body: tokens } = await app.client().post('/api/auth/sign-up/confirm-code', confirmation).expect(200);
    const ada = { id: decodeToken(tokens.accessToken).claims.sub as string, email: values.email };
    const { rows } = await app.sql.query(`SELECT * FROM consents WHERE member_id = $1 ORDER BY id`, [ada.id]);
    expect(rows.map(({ document_id, version, action }) => [document_id, version, action])).toEqual([
      ['terms', '2', 'given'],
      ['privacy', '1', 'given'],
      ['news', '1', 'given'],
    ]);
    expect(rows[0]).toMatchObject({ language: 'en', document_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const { rows: confirmed } = await app.sql.query(
      `SELECT at, ip FROM security_events WHERE type = 'sign-up.confirmed' AND member_id = $1`,
      [ada.id],
    );
    expect(new Set(rows.map(({ ip }) => ip))).toEqual(new Set([laptop.ip]));
    expect(confirmed[0].ip).not.toBe(laptop.ip);
    expect(rows[0].at.getTime()).toBeLessThan(confirmed[0].at.getTime());
    expect((await eventsOf(ada.id)).filter(([type]) => type === 'consent.given')).toEqual([
      ['consent.given', { document: 'terms', version: '2' }],
      ['consent.given', { document: 'privacy', version: '1' }],
      ['consent.given', { document: 'news', version: '1' }],
    ]);
    const { rows: claims } = await app.sql.query(`SELECT consents FROM sign_ups WHERE email_key = $1`, [ada.email]);
    expect(claims).toEqual([{ consents: null }]);
  });

  it('CO-02 no statement changes or deletes a row of the ledger, except the erasure of its member', async () => {
    const ada = await member();
    for (const change of [`UPDATE consents SET version = '0'`, 'DELETE FROM consents'])
      await expect(app.sql.query(`${change} WHERE member_id = $1`, [ada.id])).rejects.toThrow('append-only');
    expect(await ledgerOf(app, ada.id)).toEqual(['terms 2 given', 'privacy 1 given']);
    await app.sql.query(`DELETE FROM members WHERE id = $1`, [ada.id]);
    expect(await ledgerOf(app, ada.id)).toEqual([]);
  });

  it('is answered alike where the address has an account', async () => {
    const ada = await member();
    await app.post('/api/auth/sign-up', { ...unique.signUp(), email: ada.email }).expect(422);
    await app.post('/api/auth/sign-up', { ...unique.signUp(), email: ada.email, consents: REQUIRED }).expect(202);
  });

  it('CO-01 a sign-up whose consents are out of date is confirmed only with the missing one, and the code stays valid', async () => {
    const values = unique.signUp();
    const client = app.client();
    const { body } = await client.post('/api/auth/sign-up', { ...values, consents: REQUIRED }).expect(202);
    const { code } = await mailbox.to(values.email).next();
    await makeSignUpOutdated(app, values.email);
    const confirmation = { signUpId: body.signUpId, code };
    const path = '/api/auth/sign-up/confirm-code';
    for (let attempt = 1; attempt <= 6; attempt += 1)
      expect(problemsOf((await client.post(path, confirmation).expect(422)).body)).toEqual([
        'consent_required',
        'consents.terms required',
      ]);
    const { rows } = await app.sql.query(`SELECT FROM members WHERE email_key = $1`, [values.email]);
    expect(rows).toHaveLength(0);
    await client.post(path, { ...confirmation, consents: REQUIRED.slice(0, 1) }).expect(200);
    const { rows: members } = await app.sql.query(`SELECT id FROM members WHERE email_key = $1`, [values.email]);
    expect(await ledgerOf(app, members[0].id)).toEqual(['terms 1 given', 'privacy 1 given', 'terms 2 given']);
  });
});

describe('a required version that came into force', () => {
  const login = ({ client, loginId: identifier, password }: GivenMember, more: object = {}) =>
    client.post('/api/auth/login', { identifier, password, ...more });
  const accept = ({ client }: GivenMember, termsToken: string, consents: object[] = REQUIRED.slice(0, 1)) =>
    client.post('/api/auth/consents', { termsToken, consents });
  const outdated = async (): Promise<GivenMember> => {
    const ada = await member();
    await makeOutdated(app, ada.id);
    return ada;
  };

  it('CO-04 comes between the password and the session, once', async () => {
    const ada = await outdated();
    const { body: demanded } = await login(ada).expect(200);
    expect(demanded).toEqual({
      status: 'terms_required',
      termsToken: expect.any(String),
      documents: [expect.objectContaining({ id: 'terms', version: '2', url: 'https://example.test/terms/2' })],
      expiresIn: about(1800),
    });
    const { body } = await accept(ada, demanded.termsToken).expect(200);
    expect(body.status).toBe('authenticated');
    await ada.client.get('/api/members/me', body.accessToken).expect(200);
    expect(await ledgerOf(app, ada.id)).toEqual(['terms 1 given', 'privacy 1 given', 'terms 2 given']);
    expect((await login(ada).expect(200)).body.status).toBe('authenticated');
  });

  it('CO-04 comes after a second factor, and after a passkey alone', async () => {
    const ada = await addPasskey(await member());
    await makeOutdated(app, ada.id);
    const { mfaToken } = (await login(ada).expect(200)).body;
    const { body: afterCode } = await ada.client.post('/api/auth/login/mfa', {
      mfaToken,
      code: ada.recoveryCodes[0],
    });
    expect(afterCode.status).toBe('terms_required');
    const { body: afterPasskey } = await passkeyLogin(ada.client, ada.authenticator);
    expect(afterPasskey.status).toBe('terms_required');
    const { body } = await accept(ada, afterPasskey.termsToken).expect(200);
    const { rows } = await app.sql.query(`SELECT first_factor, second_factor FROM sessions WHERE id = $1`, [
      body.sessionId,
    ]);
    expect(rows).toEqual([{ first_factor: 'passkey', second_factor: 'passkey' }]);
    // The first login still waits. Its member has agreed by now, so an empty list completes it.
    expect((await accept(ada, afterCode.termsToken, []).expect(200)).body.status).toBe('authenticated');
  });

  it('does not end open sessions', async () => {
    const ada = await outdated();
    await ada.client.post('/api/auth/refresh', { refreshToken: ada.refreshToken }).expect(200);
  });

  it('CO-03 its token works once, and stays valid while a required consent is missing', async () => {
    const ada = await outdated();
    const { termsToken } = (await login(ada).expect(200)).body;
    for (const consents of [[], [NEWS]])
      expect((await accept(ada, termsToken, consents).expect(422)).body.code).toBe('consent_required');
    expect(await ledgerOf(app, ada.id)).toEqual(['terms 1 given', 'privacy 1 given']);
    await accept(ada, termsToken).expect(200);
    expect((await accept(ada, termsToken).expect(401)).body.code).toBe('token_invalid');
  });

  it('CO-03 its token is good for nothing else, and no other token is accepted in its place', async () => {
    const ada = await enrol(await member());
    const { mfaToken } = (await login(ada).expect(200)).body;
    await makeOutdated(app, ada.id);
    const { body } = await ada.client.post('/api/auth/login/mfa', { mfaToken, code: codeAt(ada.secret, 1) });
    const { termsToken } = body;
    await app.get('/api/members/me', termsToken).expect(401);
    await app.post('/api/auth/refresh', { refreshToken: termsToken }).expect(401);
    await app.post('/api/auth/password-reset', { newPassword: unique.password() }, termsToken).expect(401);
    await app.post('/api/auth/login/mfa', { mfaToken: termsToken, code: codeAt(ada.secret, 2) }).expect(401);
    for (const other of [ada.accessToken, ada.refreshToken, mfaToken]) await accept(ada, other).expect(401);
  });

  it('AC-03 administrators see that the login waits for an agreement', async () => {
    const ada = await outdated();
    await login(ada).expect(200);
    const root = await promote(app, await enrol(await member()));
    const path = `/api/admin/members/${ada.id}/challenges`;
    const { body } = await root.client.get(path, root.accessToken).expect(200);
    expect(body.items.map(({ kind }: { kind: string }) => kind)).toEqual(['terms']);
  });

  it('CO-03 a reset of the password ends the login, and nothing is recorded', async () => {
    const ada = await outdated();
    const { termsToken } = (await login(ada).expect(200)).body;
    const newPassword = unique.password();
    await app.post('/api/auth/password-reset', { newPassword }, await resetTokenFor(app, ada)).expect(204);
    await accept(ada, termsToken).expect(401);
    expect(await ledgerOf(app, ada.id)).toEqual(['terms 1 given', 'privacy 1 given']);
  });

  it('CO-03 a login that is refused for its risk records no consent', async () => {
    const strict = await app.replica({ env: { CONSENTS: file.path, RISK_WEIGHT_NEW_DEVICE: '200' } });
    const ada = await outdated();
    const { termsToken } = (await login(ada).expect(200)).body;
    const stranger = { ...ada, client: strict.client() };
    expect((await accept(stranger, termsToken).expect(401)).body.code).toBe('invalid_credentials');
    expect(await ledgerOf(app, ada.id)).toEqual(['terms 1 given', 'privacy 1 given']);
    await strict.stop();
  });

  it('CO-03 a version that was withdrawn is asked for again', async () => {
    const ada = await member();
    await app.sql.query(
      `INSERT INTO consents (member_id, document_id, version, language, document_hash, action, ip)
       SELECT member_id, document_id, version, language, document_hash, 'withdrawn', ip FROM consents
       WHERE member_id = $1 AND document_id = 'terms'`,
      [ada.id],
    );
    expect((await login(ada).expect(200)).body.status).toBe('terms_required');
  });

  it('CO-03 the enrolment of a first second factor ends the login, and nothing is recorded', async () => {
    const ada = await outdated();
    const { termsToken } = (await login(ada).expect(200)).body;
    await enrol(ada);
    expect((await accept(ada, termsToken).expect(401)).body.code).toBe('token_invalid');
    expect(await ledgerOf(app, ada.id)).toEqual(['terms 1 given', 'privacy 1 given']);
    expect((await login(ada).expect(200)).body.status).toBe('mfa_required');
  });

  it('CC-09 a login that waits for a consent ends when a linked account is unlinked', async () => {
    const ada = await outdated();
    const { rows } = await app.sql.query(
      `INSERT INTO identities (id, member_id, provider, subject) VALUES (gen_random_uuid(), $1, 'kakao', $2) RETURNING id`,
      [ada.id, unique.loginId()],
    );
    const { termsToken } = (await login(ada).expect(200)).body;
    await ada.client.delete(`/api/members/me/identities/${rows[0].id}`, undefined, ada.accessToken).expect(204);
    expect((await accept(ada, termsToken).expect(401)).body.code).toBe('token_invalid');
  });

  it('CC-09 a login that waits for a consent ends when the authenticator app is removed', async () => {
    const ada = await enrol(await outdated());
    const { mfaToken } = (await login(ada).expect(200)).body;
    const [first, second] = ada.recoveryCodes;
    const { body } = await ada.client.post('/api/auth/login/mfa', { mfaToken, code: first }).expect(200);
    const proof = { password: ada.password, code: second };
    await ada.client.delete('/api/members/me/totp', proof, ada.accessToken).expect(204);
    expect((await accept(ada, body.termsToken).expect(401)).body.code).toBe('token_invalid');
  });

  it('a member who has to change the password does that first', async () => {
    const ada = await outdated();
    await app.sql.query(`UPDATE members SET must_change_password = true WHERE id = $1`, [ada.id]);
    expect((await login(ada).expect(200)).body.status).toBe('password_change_required');
  });
});

describe("a member's own consents", () => {
  const PATH = '/api/members/me/consents';
  const statesOf = async ({ client, accessToken }: GivenMember) => {
    const { body } = await client.get(PATH, accessToken).expect(200);
    return body.items.map(({ id, version, given: isGiven }: { id: string; version: string; given: boolean }) =>
      [id, version, isGiven ? 'given' : 'open'].join(' '),
    );
  };

  it('CO-05 optional ones are given and withdrawn, and each is recorded once', async () => {
    const ada = await member();
    expect(await statesOf(ada)).toEqual(['terms 2 given', 'privacy 1 given', 'news 1 open', 'terms 3 open']);
    for (let time = 1; time <= 2; time += 1)
      await ada.client.post(PATH, { consents: [NEWS] }, ada.accessToken).expect(204);
    expect((await statesOf(ada))[2]).toBe('news 1 given');
    await ada.client.delete(`${PATH}/news`, undefined, ada.accessToken).expect(204);
    expect((await ada.client.delete(`${PATH}/news`, undefined, ada.accessToken).expect(404)).body.code).toBe(
      'not_found',
    );
    await ada.client.delete(`${PATH}/%00`, undefined, ada.accessToken).expect(404); // PostgreSQL refuses a NUL
    expect((await statesOf(ada))[2]).toBe('news 1 open');
    await ada.client.post(PATH, { consents: [NEWS] }, ada.accessToken).expect(204);
    const ledger = ['terms 2 given', 'privacy 1 given', 'news 1 given', 'news 1 withdrawn', 'news 1 given'];
    expect(await ledgerOf(app, ada.id)).toEqual(ledger);
    const { rows } = await app.sql.query(
      `SELECT type, session_id FROM security_events WHERE member_id = $1 AND type = 'consent.withdrawn'`,
      [ada.id],
    );
    expect(rows).toEqual([{ type: 'consent.withdrawn', session_id: ada.sessionId }]);
  });

  it('CO-05 a required one is not withdrawn, an unknown one neither given nor withdrawn', async () => {
    const ada = await member();
    const withdraw = (id: string) => ada.client.delete(`${PATH}/${id}`, undefined, ada.accessToken);
    expect((await withdraw('terms').expect(422)).body.code).toBe('consent_required');
    for (const id of ['news', 'x', '%00']) expect([id, (await withdraw(id)).status]).toEqual([id, 404]);
    const { body } = await ada.client.post(PATH, { consents: [{ id: 'terms', version: '1' }] }, ada.accessToken);
    expect(problemsOf(body)).toEqual(['validation_failed', 'consents.0 consent_unknown']);
    await app.get(PATH).expect(401);
  });

  it('a version to come may be accepted early', async () => {
    const ada = await member();
    await ada.client.post(PATH, { consents: [{ id: 'terms', version: '3' }] }, ada.accessToken).expect(204);
    expect(await statesOf(ada)).toEqual(['terms 2 given', 'privacy 1 given', 'news 1 open', 'terms 3 given']);
  });
});

describe('the export of what is held about a member', () => {
  const EXPORT = '/api/members/me/export';

  it('CO-06 holds every kind of row, of this member alone, and no secret', async () => {
    const ada = await addPasskey(await member([...REQUIRED, NEWS]));
    await member();
    const { body, text } = await ada.client.get(EXPORT, ada.accessToken).expect(200);
    expect(body.profile).toMatchObject({ id: ada.id, email: ada.email, loginId: ada.loginId });
    expect(body.consents.map(({ id, action }: { id: string; action: string }) => `${id} ${action}`)).toEqual([
      ...['terms given', 'privacy given', 'news given'],
    ]);
    expect(body.sessions.map(({ id }: { id: string }) => id)).toEqual([ada.sessionId]);
    expect(body.passkeys.map(({ id }: { id: string }) => id)).toEqual([ada.passkeyId]);
    for (const kind of ['devices', 'networks', 'mails', 'securityEvents'])
      expect([kind, body[kind].length > 0]).toEqual([kind, true]);
    expect([body.identities, body.emailChanges]).toEqual([[], []]);
    const { rows } = await app.sql.query(`SELECT password_hash AS hash FROM members WHERE id = $1`, [ada.id]);
    const { rows: keys } = await app.sql.query(
      `SELECT encode(credential_id, 'hex') AS id, encode(public_key, 'hex') AS key FROM passkeys WHERE member_id = $1`,
      [ada.id],
    );
    for (const secret of [rows[0].hash, keys[0].id, keys[0].key, ada.deviceToken, ada.refreshToken])
      expect(text).not.toContain(secret);
  });

  it('CO-06 needs a recent login', async () => {
    const ada = await member();
    await app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '1 day' WHERE id = $1`, [
      ada.sessionId,
    ]);
    expect((await ada.client.get(EXPORT, ada.accessToken).expect(403)).body.code).toBe('reauth_required');
    await app.get(EXPORT).expect(401);
  });
});

describe('the reminder of a consent to advertising', () => {
  const ALL = ['terms 2 given', 'privacy 1 given', 'news 1 given'];
  let workers: Awaited<ReturnType<typeof startReminders>>[];
  beforeAll(async () => {
    workers = await Promise.all([startReminders(app, file.path), startReminders(app, file.path)]);
  });
  afterAll(() => Promise.all((workers ?? []).map(({ stop }) => stop())));
  const remind = () => Promise.all(workers.map(({ job }) => job.remindDue()));
  const remindersTo = async (memberId: string): Promise<number> => {
    const { rows } = await app.sql.query(
      `SELECT FROM outbox_messages WHERE member_id = $1 AND template = 'consent-reminder'`,
      [memberId],
    );
    return rows.length;
  };

  it('CO-07 comes every two years, once with two workers, with document and date', async () => {
    const members = await Promise.all(Array.from({ length: 6 }, () => member([...REQUIRED, NEWS])));
    for (const { id } of members) await ageLedger(app, id, '2 years -1 hour');
    await remind();
    for (const { id } of members) expect(await ledgerOf(app, id)).toEqual(ALL);
    for (const { id } of members) await ageLedger(app, id, '1 hour');
    await remind();
    await remind();
    for (const { id } of members) {
      expect(await ledgerOf(app, id)).toEqual([...ALL, 'news 1 reminded']);
      expect(await remindersTo(id)).toBe(1);
    }
    const [ada] = members;
    const { rows } = await app.sql.query<{ date: string }>(
      `SELECT to_char(at AT TIME ZONE 'UTC', 'FMDD FMMonth YYYY') AS date FROM consents WHERE member_id = $1 AND action = 'given'`,
      [ada!.id],
    );
    const mail = (await mailbox.to(ada!.email).waitForCount(2)).at(-1)!;
    expect(mail.text).toContain('Consent: News by e-mail');
    expect(mail.text).toContain(rows[0]!.date);
    await ageLedger(app, ada!.id, '2 years');
    await remind();
    expect(await ledgerOf(app, ada!.id)).toEqual([...ALL, 'news 1 reminded', 'news 1 reminded']);
    expect(await remindersTo(ada!.id)).toBe(2);
  });

  it('CO-07 leaves out consents that another worker reminded of, or the member withdrew, after they were found', async () => {
    const [ada, bea] = [await member([...REQUIRED, NEWS]), await member([...REQUIRED, NEWS])];
    for (const { id } of [ada, bea]) await ageLedger(app, id, '2 years');
    const [{ database }] = workers as [(typeof workers)[number]];
    const consents = new ConsentsRepository();
    const lowestId = '00000000-0000-0000-0000-000000000000';
    const found = await consents.findRemindable(database, ['news'], lowestId, 100);
    expect(found).toEqual([ada.id, bea.id].sort());
    expect(await consents.findRemindable(database, ['news'], found[0]!, 100)).toEqual(found.slice(1));
    await bea.client.delete('/api/members/me/consents/news', undefined, bea.accessToken).expect(204);
    const remindOf = async () =>
      (await database.transaction((tx) => consents.remind(tx, ['news'], found))).map(({ memberId }) => memberId);
    expect([await remindOf(), await remindOf()]).toEqual([[ada.id], []]);
  });

  it('CO-07 spares members who withdrew it, never gave it, or have closed their account', async () => {
    const [withdrawn, never, closed] = [
      await member([...REQUIRED, NEWS]),
      await member(),
      await member([NEWS, ...REQUIRED]),
    ];
    await withdrawn.client.delete('/api/members/me/consents/news', undefined, withdrawn.accessToken).expect(204);
    await app.sql.query(`UPDATE members SET status = 'closed', closed_at = now() WHERE id = $1`, [closed.id]);
    for (const { id } of [withdrawn, never, closed]) {
      await ageLedger(app, id, '3 years');
      await remind();
      expect(await remindersTo(id)).toBe(0);
    }
  });

  it('CO-07 does nothing without CONSENTS', async () => {
    const ada = await member([...REQUIRED, NEWS]);
    await ageLedger(app, ada.id, '3 years');
    const off = await startReminders(app, undefined);
    await off.job.remindDue();
    await off.stop();
    expect(await ledgerOf(app, ada.id)).toEqual(ALL);
  });
});
