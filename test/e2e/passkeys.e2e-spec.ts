import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenAdmin } from '../support/admins.js';
import { Authenticator, type Signing } from '../support/authenticator.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import {
  addPasskey,
  beginPasskey,
  confirmPasskey,
  passkeyLogin,
  passkeyStep,
  passwordStep,
} from '../support/passkeys.js';
import { resetTokenFor, withoutIdentity } from '../support/recovery.js';
import { whileLocked } from '../support/row-changes.js';
import { TEST_PUBLIC_URL } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';
import { codeAt, confirmCode } from '../support/second-factor.js';

const APP_ORIGIN = 'https://app.example.test';
const RELATED_ORIGIN = 'https://example.co.kr';
const FINGERPRINT = Array.from({ length: 32 }, () => 'A7').join(':');
const PASSKEYS_PER_MEMBER = 3;
const IP_REQUEST_LIMIT = 6;

let app: TestApp;
let other: TestApp;

beforeAll(async () => {
  app = await TestApp.start({
    env: {
      CORS_ORIGINS: APP_ORIGIN,
      PASSKEYS_PER_MEMBER: String(PASSKEYS_PER_MEMBER),
      ANDROID_APPS: `com.example.app=${FINGERPRINT}`,
      WEBAUTHN_RELATED_ORIGINS: RELATED_ORIGIN,
    },
  });
  // Each test uses its own client addresses at this server, so only the BF-04 test reaches these limits.
  other = await app.replica({ env: { LOGIN_IP_FAILURE_LIMIT: '3', IP_REQUEST_LIMIT: String(IP_REQUEST_LIMIT) } });
});
afterAll(() => app.stop());

const newAuthenticator = (isSynchronised = false): Authenticator => new Authenticator(TEST_PUBLIC_URL, isSynchronised);

const refused = ({ status, body }: HttpAnswer): [number, string] => [status, body?.code];
const INVALID = [400, 'passkey_invalid'];

async function eventsOf({ id }: GivenMember, type: string): Promise<any[]> {
  const { rows } = await app.sql.query(
    'SELECT details FROM security_events WHERE member_id = $1 AND type = $2 ORDER BY id',
    [id, type],
  );
  return rows.map(({ details }) => details);
}

async function loginStatus({ client, loginId, password }: GivenMember): Promise<string> {
  return (await client.post('/api/auth/login', { identifier: loginId, password }).expect(200)).body.status;
}

const age = (member: GivenMember) =>
  app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '6 minutes' WHERE member_id = $1`, [
    member.id,
  ]);

const remove = ({ client, accessToken, password }: GivenMember, id: string, body: object = { password }) =>
  client.delete(`/api/members/me/passkeys/${id}`, body, accessToken);

async function enrolTotp(member: GivenMember): Promise<string[]> {
  const { body: totp } = await member.client
    .post('/api/members/me/totp', { password: member.password }, member.accessToken)
    .expect(200);
  const code = codeAt(totp.secret);
  const { body } = await member.client.post('/api/members/me/totp/confirm', { code }, member.accessToken).expect(200);
  return body.recoveryCodes;
}

describe('passkey', () => {
  it('an added passkey is listed and announced by mail, and the first one comes with ten recovery codes', async () => {
    const ada = await given.member(app);
    const before = (await mailbox.to(ada.email).all()).at(-1);
    const { body: options } = await beginPasskey(ada);
    expect(options).toMatchObject({
      publicKey: {
        rp: { id: 'localhost', name: 'Munjigi' },
        user: { name: ada.loginId, displayName: ada.loginId },
        attestation: 'none',
        excludeCredentials: [],
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
        timeout: 300_000,
      },
      expiresIn: 300,
    });
    // The user handle stays in the passkey, so it holds no personal data (WebAuthn level 3, section
    // 14.6.1).
    expect(Buffer.from(options.publicKey.user.id, 'base64url').toString('hex')).toBe(ada.id.replaceAll('-', ''));

    const credential = newAuthenticator(true).create(options.publicKey);
    const { body } = await ada.client
      .post('/api/members/me/passkeys', { credential, name: ' Blue key ' }, ada.accessToken)
      .expect(201);
    const passkey = {
      id: expect.any(String),
      name: 'Blue key',
      provider: 'Google Password Manager',
      createdAt: expect.stringMatching(/Z$/),
      lastUsedAt: null,
      transports: ['internal', 'hybrid'],
      backupEligible: true,
      backedUp: true,
    };
    expect(body).toEqual({ passkey, recoveryCodes: expect.any(Array) });
    expect(new Set(body.recoveryCodes).size).toBe(10);
    const { body: list } = await ada.client.get('/api/members/me/passkeys', ada.accessToken).expect(200);
    const acceptedCredentials = {
      rpId: 'localhost',
      userId: options.publicKey.user.id,
      allAcceptedCredentialIds: [credential.id],
    };
    expect(list).toEqual({ items: [body.passkey], acceptedCredentials });
    expect(await eventsOf(ada, 'passkey.registered')).toEqual([{ name: 'Blue key' }]);
    const notice = await mailbox.to(ada.email).next({ after: before });
    expect(notice.subject).toContain('passkey');
    expect(notice.text).toContain('Blue key');
    expect(notice.links.some((link) => link.includes('/pages/not-me#token='))).toBe(true);
  });

  it('adding one needs a recent login, and the right password if one is sent', async () => {
    const ada = await given.member(app);
    const begin = (password?: string) =>
      ada.client.post('/api/members/me/passkeys/options', { password }, ada.accessToken);
    expect(refused(await begin('not the right one'))).toEqual([401, 'invalid_credentials']);
    const { status, body: options } = await begin(); // the login is recent
    expect(status).toBe(200);
    const credential = newAuthenticator().create(options.publicKey);
    await age(ada);
    for (const password of [undefined, ada.password])
      expect(refused(await begin(password))).toEqual([403, 'reauth_required']);
    const register = () => ada.client.post('/api/members/me/passkeys', { credential }, ada.accessToken);
    expect(refused(await register())).toEqual([403, 'reauth_required']);
    await ada.client.post('/api/auth/reauthenticate', { password: ada.password }, ada.accessToken).expect(204);
    expect((await register()).status).toBe(201);
  });

  it('it is not added twice, nor beyond the limit, even at the same moment', async () => {
    const ada = await given.member(app);
    const first = await addPasskey(ada);
    await confirmPasskey(ada, first.authenticator);
    const { body: options } = await beginPasskey(ada);
    expect(options.publicKey.excludeCredentials).toEqual([
      { id: first.authenticator.id, transports: ['internal', 'hybrid'], type: 'public-key' },
    ]);
    expect(() => first.authenticator.create(options.publicKey)).toThrow('InvalidStateError');
    const stubborn = first.authenticator.create({ ...options.publicKey, excludeCredentials: [] });
    const again = await ada.client.post('/api/members/me/passkeys', { credential: stubborn }, ada.accessToken);
    expect(refused(again)).toEqual(INVALID);

    const begun = await Promise.all(Array.from({ length: 5 }, () => beginPasskey(ada)));
    const answers = await Promise.all(
      begun.map(({ body }) =>
        ada.client.post(
          '/api/members/me/passkeys',
          { credential: newAuthenticator().create(body.publicKey) },
          ada.accessToken,
        ),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409]);
    expect(answers.every(({ status, body }) => status === 201 || body.code === 'passkey_limit_reached')).toBe(true);
    const full = await ada.client.post('/api/members/me/passkeys/options', { password: ada.password }, ada.accessToken);
    expect(refused(full)).toEqual([409, 'passkey_limit_reached']);
    const { body } = await ada.client.get('/api/members/me/passkeys', ada.accessToken).expect(200);
    expect(body.items).toHaveLength(PASSKEYS_PER_MEMBER);
  });

  it('registering another member’s credential does not take it over', async () => {
    const [ada, eve] = [await addPasskey(await given.member(app)), await given.member(app)];
    const { body } = await beginPasskey(eve);
    const credential = ada.authenticator.create(body.publicKey);
    expect(refused(await eve.client.post('/api/members/me/passkeys', { credential }, eve.accessToken))).toEqual(
      INVALID,
    );
    expect((await passkeyLogin(ada.client, ada.authenticator, { userHandle: handleOf(eve) })).status).toBe(400);
  });

  it('FT-13 a response for another browser, page, frame, service or time is refused', async () => {
    const ada = await given.member(app);
    const wrong: Record<string, Signing> = {
      'another page': { origin: 'https://localhost.evil.example' },
      'another port': { origin: 'http://localhost:3001' },
      'a frame of another site': { crossOrigin: true },
      'a frame with a named top': { topOrigin: 'https://evil.example' },
      'another service': { rpId: 'evil.example' },
      'made-up challenge': { challenge: Buffer.alloc(32, 7).toString('base64url') },
      'no user present': { userPresent: false },
      'a signature': { type: 'webauthn.get' },
    };
    for (const [name, signing] of Object.entries(wrong)) {
      const { body } = await beginPasskey(ada);
      const credential = newAuthenticator().create(body.publicKey, signing);
      const answer = await ada.client.post('/api/members/me/passkeys', { credential }, ada.accessToken);
      expect([name, ...refused(answer)]).toEqual([name, ...INVALID]);
      if (signing.challenge !== undefined) continue;
      // The attempt used up the challenge, so the right response comes too late.
      const right = newAuthenticator().create(body.publicKey);
      const late = await ada.client.post('/api/members/me/passkeys', { credential: right }, ada.accessToken);
      expect([name, ...refused(late)]).toEqual([name, ...INVALID]);
    }
    const { body } = await beginPasskey(ada);
    await app.sql.query('UPDATE passkey_challenges SET expires_at = now() WHERE member_id = $1', [ada.id]);
    const credential = newAuthenticator().create(body.publicKey);
    expect(refused(await ada.client.post('/api/members/me/passkeys', { credential }, ada.accessToken))).toEqual(
      INVALID,
    );
    expect(await loginStatus(ada)).toBe('authenticated');
  });

  it('a certificate is neither requested nor read, and a passkey that brings one is accepted', async () => {
    const ada = await given.member(app);
    let asked = 0;
    const server = http.createServer((_, response) => {
      asked += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list.crl`;
    const { body } = await beginPasskey(ada);
    const statement = new Map<string, unknown>([
      ['alg', -7],
      ['sig', Buffer.from('no signature')],
      ['x5c', [Buffer.from(url)]],
    ]);
    const credential = newAuthenticator().create(body.publicKey, {}, statement);
    const answer = await ada.client.post('/api/members/me/passkeys', { credential }, ada.accessToken);
    // The server treats it as a passkey without attestation: it fetches nothing, and the passkey works.
    expect(answer.status).toBe(201);
    expect(await loginStatus(ada)).toBe('mfa_required');
    expect(asked).toBe(0);
    server.close();
  });

  it('only its owner renames and removes it; removal needs password, second factor and recent login', async () => {
    const ada = await addPasskey(await given.member(app), undefined, { name: 'old' });
    const eve = await given.member(app);
    const path = `/api/members/me/passkeys/${ada.passkeyId}`;
    expect((await eve.client.patch(path, { name: 'mine' }, eve.accessToken)).status).toBe(404);
    expect((await remove(eve, ada.passkeyId)).status).toBe(404);
    for (const body of [{}, { name: '' }, { name: 5 }, { name: 'x'.repeat(65) }])
      expect((await ada.client.patch(path, body, ada.accessToken)).status).toBe(422);
    const { body: renamed } = await ada.client.patch(path, { name: 'new' }, ada.accessToken).expect(200);
    expect(renamed.name).toBe('new');
    expect((await ada.client.patch(path, { name: null }, ada.accessToken).expect(200)).body.name).toBeNull();
    await ada.client.patch(path, { name: 'new' }, ada.accessToken).expect(200);

    expect(refused(await remove(ada, ada.passkeyId, { password: 'not the right one' }))).toEqual([
      401,
      'invalid_credentials',
    ]);
    await age(ada);
    expect(refused(await remove(ada, ada.passkeyId))).toEqual([403, 'reauth_required']);
    expect(await loginStatus(ada)).toBe('mfa_required');
    await confirmPasskey(ada, ada.authenticator);
    const before = (await mailbox.to(ada.email).waitForCount(2)).at(-1);
    expect((await remove(ada, ada.passkeyId)).status).toBe(204);
    expect((await remove(ada, ada.passkeyId)).status).toBe(404);
    const notice = await mailbox.to(ada.email).next({ after: before });
    expect(notice.text).toContain('your password alone is enough');
    expect(await eventsOf(ada, 'passkey.removed')).toEqual([{ name: 'new' }]);
    expect(await loginStatus(ada)).toBe('authenticated');
    expect(refused(await passkeyLogin(ada.client, ada.authenticator))).toEqual(INVALID);
  });
});

describe('passkey as second factor', () => {
  it('it is asked for, works on another server, and opens a session like any second factor', async () => {
    const ada = await addPasskey(await given.member(app));
    const { body: first } = await ada.client
      .post('/api/auth/login', { identifier: ada.loginId, password: ada.password, deviceName: 'laptop' })
      .expect(200);
    expect(first).toEqual({
      status: 'mfa_required',
      mfaToken: expect.any(String),
      methods: ['passkey', 'recovery_code'],
      expiresIn: expect.any(Number),
    });
    const { body: options } = await other
      .post('/api/auth/login/mfa/passkey/options', { mfaToken: first.mfaToken })
      .expect(200);
    expect(options.publicKey).toMatchObject({
      rpId: 'localhost',
      allowCredentials: [{ id: ada.authenticator.id, type: 'public-key', transports: ['internal', 'hybrid'] }],
      userVerification: 'preferred',
    });
    // The password was the first factor, so user verification is not needed.
    const credential = ada.authenticator.get(options.publicKey, { userVerified: false, userHandle: null });
    const { body: tokens } = await app
      .post('/api/auth/login/mfa/passkey', { mfaToken: first.mfaToken, credential })
      .expect(200);
    expect(tokens.status).toBe('authenticated');
    const { body: sessions } = await app.get('/api/auth/sessions', tokens.accessToken).expect(200);
    expect(sessions.items[0]).toMatchObject({ id: tokens.sessionId, deviceName: 'laptop', current: true });
    const { body: list } = await app.get('/api/members/me/passkeys', tokens.accessToken).expect(200);
    expect(list.items[0].lastUsedAt).not.toBeNull();
  });

  it('a recovery code works in its place, and the passkey works afterwards', async () => {
    const ada = await addPasskey(await given.member(app));
    const code = ada.recoveryCodes[0];
    const mfa = async () => ada.client.post('/api/auth/login/mfa', { mfaToken: await passwordStep(ada), code });
    expect((await mfa()).status).toBe(200);
    expect((await mfa()).status).toBe(400);
    expect((await passkeyStep(ada, await passwordStep(ada), ada.authenticator)).status).toBe(200);
  });

  it('app and passkey both work, and recovery codes stay until the last factor is removed', async () => {
    const ada = await given.member(app);
    const codes = await enrolTotp(ada);
    await confirmCode(ada, codes[2]!);
    const withKey = await addPasskey(ada);
    expect(withKey.recoveryCodes).toEqual([]); // the codes of the app count for both factors
    const { body } = await ada.client
      .post('/api/auth/login', { identifier: ada.loginId, password: ada.password })
      .expect(200);
    expect(body.methods).toEqual(['totp', 'passkey', 'recovery_code']);
    expect((await passkeyStep(ada, body.mfaToken, withKey.authenticator)).status).toBe(200);

    const before = (await mailbox.to(ada.email).waitForCount(4)).at(-1);
    await ada.client
      .delete('/api/members/me/totp', { password: ada.password, code: codes[0] }, ada.accessToken)
      .expect(204);
    const used = await mailbox.to(ada.email).next({ after: before });
    const notice = await mailbox.to(ada.email).next({ after: used });
    expect([used.text, notice.text].join()).toContain('Your passkeys remain your second step');
    const mfaToken = await passwordStep(ada);
    await ada.client.post('/api/auth/login/mfa', { mfaToken, code: codes[1] }).expect(200);
    const { body: fresh } = await ada.client
      .post('/api/members/me/recovery-codes', { password: ada.password }, ada.accessToken)
      .expect(200);
    expect(fresh.recoveryCodes).toHaveLength(10);
    expect((await remove(withKey, withKey.passkeyId)).status).toBe(204);
    const { rows } = await app.sql.query('SELECT FROM recovery_codes WHERE member_id = $1', [ada.id]);
    expect(rows).toEqual([]);
    expect(await loginStatus(ada)).toBe('authenticated');
  });

  it('OC-10 attempts count per account, over all factors and logins', async () => {
    const ada = await addPasskey(await given.member(app));
    const tokens = [];
    for (let login = 0; login < 6; login += 1) tokens.push(await passwordStep(ada));
    const wrongKey = newAuthenticator();
    const statuses: number[] = [];
    for (const mfaToken of tokens.slice(0, 3)) statuses.push((await passkeyStep(ada, mfaToken, wrongKey)).status);
    for (const mfaToken of tokens.slice(3, 5))
      statuses.push((await ada.client.post('/api/auth/login/mfa', { mfaToken, code: '000000' })).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400]);
    const late = await passkeyStep(ada, tokens[5]!, ada.authenticator);
    expect(refused(late)).toEqual([429, 'too_many_attempts']);
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    expect(await eventsOf(ada, 'login.second_factor_failed')).toHaveLength(6);
  });

  it('OC-10 a challenge works once for its login, and its MFA token opens nothing else', async () => {
    const [ada, eve] = [await addPasskey(await given.member(app)), await addPasskey(await given.member(app))];
    const mfaToken = await passwordStep(ada);
    for (const path of ['/api/members/me/passkeys', '/api/auth/sessions'])
      expect((await ada.client.get(path, mfaToken)).status).toBe(401);
    // Another member's passkey is refused, although that member's own login asked for it at the same time.
    const { body: asked } = await eve.client
      .post('/api/auth/login/mfa/passkey/options', { mfaToken: await passwordStep(eve) })
      .expect(200);
    const stranger = eve.authenticator.get(asked.publicKey);
    expect(refused(await ada.client.post('/api/auth/login/mfa/passkey', { mfaToken, credential: stranger }))).toEqual(
      INVALID,
    );
    expect(refused(await passkeyStep(ada, mfaToken, eve.authenticator))).toEqual(INVALID);
    for (const token of [ada.accessToken, ada.refreshToken, 'nonsense'])
      expect((await ada.client.post('/api/auth/login/mfa/passkey/options', { mfaToken: token })).status).toBe(401);
    const { body: options } = await ada.client.post('/api/auth/login/mfa/passkey/options', { mfaToken }).expect(200);
    const credential = ada.authenticator.get(options.publicKey);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        (i % 2 ? app : other).client().post('/api/auth/login/mfa/passkey', { mfaToken, credential }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.every(({ status }) => [200, 400, 401, 429].includes(status))).toBe(true);
  });

  it('a member without a passkey gets no challenge', async () => {
    const ada = await given.member(app);
    await enrolTotp(ada);
    const answer = await ada.client.post('/api/auth/login/mfa/passkey/options', {
      mfaToken: await passwordStep(ada),
    });
    expect(refused(answer)).toEqual(INVALID);
  });

  it('CC-06 every login requires the passkey once the server has acknowledged that it was added', async () => {
    for (let round = 0; round < 3; round += 1) {
      const ada = await given.member(app);
      const { body } = await beginPasskey(ada);
      const credential = newAuthenticator().create(body.publicKey);
      let acknowledged = false;
      const adding = ada.client.post('/api/members/me/passkeys', { credential }, ada.accessToken).then(({ status }) => {
        acknowledged = true;
        expect(status).toBe(201);
      });
      // Each client logs in again and again, until one of its logins began after the acknowledgement.
      const lastStatus = async (): Promise<string> => {
        for (;;) {
          const startedAfter = acknowledged;
          const status = await loginStatus({ ...ada, client: app.client() });
          if (startedAfter) return status;
        }
      };
      const [statuses] = await Promise.all([Promise.all(Array.from({ length: 4 }, lastStatus)), adding]);
      expect(statuses).toEqual(Array(4).fill('mfa_required'));
    }
  });
});

describe('passkey without password', () => {
  it('it logs in without a second step, and a login from a new device is announced by mail', async () => {
    const ada = await addPasskey(await given.member(app));
    const before = (await mailbox.to(ada.email).waitForCount(2)).at(-1);
    const phone = app.client({ ip: '203.0.113.40', headers: { 'user-agent': 'Mozilla/5.0 (X11) Firefox/140.0' } });
    const { status, body } = await passkeyLogin(phone, ada.authenticator, {}, { deviceName: 'phone' });
    expect([status, body.status]).toEqual([200, 'authenticated']);
    expect(Object.keys(body).sort()).toEqual([
      ...['accessToken', 'deviceToken', 'expiresIn', 'refreshExpiresIn'],
      ...['refreshToken', 'sessionId', 'status', 'tokenType'],
    ]);
    expect((await phone.get('/api/members/me', body.accessToken).expect(200)).body.loginId).toBe(ada.loginId);
    const mail = await mailbox.to(ada.email).next({ after: before });
    expect(mail.subject).toContain('New login');
    expect((await eventsOf(ada, 'login.succeeded')).at(-1)).toEqual({ newDevice: true });
    // The session counts as recently authenticated, as after a password.
    await phone.post('/api/members/me/passkeys/options', { password: ada.password }, body.accessToken).expect(200);

    const again = await passkeyLogin(phone, ada.authenticator, {}, { deviceToken: body.deviceToken });
    expect(again.status).toBe(200);
    expect(again.body).not.toHaveProperty('deviceToken');
  });

  it('it uses cookies on request, from allowed origins only', async () => {
    const ada = await addPasskey(await given.member(app), new Authenticator(APP_ORIGIN));
    const page = app.client({ headers: { origin: APP_ORIGIN } });
    const { status, body, headers } = await passkeyLogin(page, ada.authenticator, {}, { transport: 'cookie' });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('refreshToken');
    expect(headers['set-cookie']?.join()).toContain('munjigi-refresh=');
    const elsewhere = app.client({ headers: { origin: 'https://evil.example' } });
    expect(refused(await passkeyLogin(elsewhere, ada.authenticator, {}, { transport: 'cookie' }))).toEqual([
      403,
      'origin_not_allowed',
    ]);
  });

  it('EN-07 every client gets the same options, which name no account; only the challenge differs', async () => {
    const ada = await addPasskey(await given.member(app));
    const [one, two] = [
      await ada.client.post('/api/auth/login/passkey/options'),
      await app.client().post('/api/auth/login/passkey/options'),
    ];
    for (const { body } of [one, two])
      expect(body).toEqual({
        publicKey: {
          rpId: 'localhost',
          challenge: expect.stringMatching(/^[\w-]{43}$/),
          timeout: 300_000,
          userVerification: 'required',
        },
        expiresIn: 300,
      });
    expect(one.body.publicKey.challenge).not.toBe(two.body.publicKey.challenge);
  });

  it('FT-13 every failure gets the same answer, a frame of another site included', async () => {
    const [ada, eve] = [await addPasskey(await given.member(app)), await addPasskey(await given.member(app))];
    const unverified = await addPasskey(await given.member(app), undefined, { signing: { userVerified: false } });
    const attempts: Record<string, () => Promise<HttpAnswer>> = {
      'another page': () => passkeyLogin(app.client(), ada.authenticator, { origin: 'https://evil.example' }),
      'a frame of another site': () => passkeyLogin(app.client(), ada.authenticator, { crossOrigin: true }),
      'another service': () => passkeyLogin(app.client(), ada.authenticator, { rpId: 'evil.example' }),
      'another challenge': () =>
        passkeyLogin(app.client(), ada.authenticator, { challenge: Buffer.alloc(32).toString('base64url') }),
      'no user present': () =>
        passkeyLogin(app.client(), ada.authenticator, { userPresent: false, userVerified: false }),
      'owner not checked': () => passkeyLogin(app.client(), ada.authenticator, { userVerified: false }),
      'owner never checked before': () => passkeyLogin(app.client(), unverified.authenticator),
      'another member’s handle': () => passkeyLogin(app.client(), ada.authenticator, { userHandle: handleOf(eve) }),
      'no handle': () => passkeyLogin(app.client(), ada.authenticator, { userHandle: null }),
      'a registration': () => passkeyLogin(app.client(), ada.authenticator, { type: 'webauthn.create' }),
      'signature of another key': () => forgedLogin(ada.authenticator),
    };
    const answers: [string, object][] = [];
    for (const [name, attempt] of Object.entries(attempts)) answers.push([name, withoutIdentity(await attempt())]);
    for (const answer of answers) expect(answer).toEqual([answer[0], answers[0]![1]]);
    expect(answers[0]![1]).toMatchObject({ status: 400, text: expect.stringContaining('"passkey_invalid"') });
    expect((await passkeyLogin(app.client(), ada.authenticator)).status).toBe(200);
  });

  it('AC-71 an unknown or removed passkey is refused with the reason, but only if its challenge is right', async () => {
    const ada = await addPasskey(await given.member(app));
    const login = (signing: Signing = {}) =>
      passkeyLogin(app.client(), newAuthenticator(), { userHandle: handleOf(ada), ...signing });
    expect((await login()).body).toMatchObject({ code: 'passkey_invalid', reason: 'unknown_credential' });
    const made = await login({ challenge: Buffer.alloc(32).toString('base64url') });
    expect([...refused(made), made.body.reason]).toEqual([...INVALID, undefined]);
    const wrong = await forgedLogin(ada.authenticator);
    expect([...refused(wrong), wrong.body.reason]).toEqual([...INVALID, undefined]);
    await remove(ada, ada.passkeyId, { code: ada.recoveryCodes[0] });
    expect((await passkeyLogin(app.client(), ada.authenticator)).body.reason).toBe('unknown_credential');
  });

  it('AC-72 a configured app and a related site register and use passkeys; others do not', async () => {
    const android = (byte: number) => `android:apk-key-hash:${Buffer.alloc(32, byte).toString('base64url')}`;
    for (const [origin, status] of [
      [android(0xa7), 200],
      [RELATED_ORIGIN, 200],
      [android(0xa8), 400],
      ['https://example.jp', 400],
      [`${RELATED_ORIGIN}.evil.example`, 400],
    ] as const) {
      const ada = await given.member(app);
      const authenticator = newAuthenticator();
      const { body } = await beginPasskey(ada);
      const credential = authenticator.create(body.publicKey, { origin });
      const added = await ada.client.post('/api/members/me/passkeys', { credential }, ada.accessToken);
      expect([origin, added.status]).toEqual([origin, status === 200 ? 201 : status]);
      const { authenticator: used } = status === 200 ? { authenticator } : await addPasskey(ada);
      expect([origin, (await passkeyLogin(app.client(), used, { origin })).status]).toEqual([origin, status]);
    }
  });

  it('AC-73 the well-known addresses give what is configured, and nothing else', async () => {
    const { headers, body } = await app.get('/.well-known/assetlinks.json').expect(200);
    expect([headers['content-type'], headers['cache-control']]).toEqual([
      expect.stringContaining('application/json'),
      'public, max-age=3600',
    ]);
    expect(body[0].target.sha256_cert_fingerprints).toEqual([FINGERPRINT]);
    expect((await app.get('/.well-known/webauthn').expect(200)).body).toEqual({ origins: [RELATED_ORIGIN] });
    const change = await app.get('/.well-known/change-password?next=https://evil.example');
    expect([change.status, change.headers.location]).toEqual([302, `${TEST_PUBLIC_URL}/pages/account?panel=password`]);
    // Browsers request the second path to check that the server answers an unknown path with 404.
    for (const path of [
      'apple-app-site-association',
      'resource-that-should-not-exist-whose-status-code-should-not-be-200',
    ])
      expect((await app.get(`/.well-known/${path}`)).status).toBe(404);
  });

  it('a passkey that has become synchronised gets passkey_changed, but only with a valid signature', async () => {
    const ada = await addPasskey(await given.member(app));
    const changed = { backupEligible: true };
    expect(refused(await passkeyLogin(app.client(), ada.authenticator, changed))).toEqual([400, 'passkey_changed']);
    expect(refused(await forgedLogin(ada.authenticator, changed))).toEqual(INVALID);
  });

  it('SS-06 OC-10 a second factor that is refused with passkey_changed does not count as a failure', async () => {
    const ada = await addPasskey(await given.member(app));
    const step = async (signing: Signing = {}) =>
      refused(await passkeyStep(ada, await passwordStep(ada), ada.authenticator, signing));
    for (let attempt = 0; attempt < 6; attempt += 1)
      expect(await step({ backupEligible: true })).toEqual([400, 'passkey_changed']);
    expect(await eventsOf(ada, 'login.second_factor_failed')).toEqual([]);
    expect(await eventsOf(ada, 'risk.assessed')).toEqual([]);
    expect((await step())[0]).toBe(200);
  });

  it('a challenge accepts one answer, even of fifty at the same moment, and none after it has expired', async () => {
    const ada = await addPasskey(await given.member(app), newAuthenticator(true));
    const begin = async () => (await app.client().post('/api/auth/login/passkey/options').expect(200)).body.publicKey;
    const credential = ada.authenticator.get(await begin());
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        (i % 2 ? app : other).client().post('/api/auth/login/passkey', { credential }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(49);

    const late = await begin();
    await app.sql.query('UPDATE passkey_challenges SET expires_at = now() WHERE digest = $1', [
      createHash('sha256').update(late.challenge).digest(),
    ]);
    const answer = await app.client().post('/api/auth/login/passkey', { credential: ada.authenticator.get(late) });
    expect(refused(answer)).toEqual(INVALID);
  });

  it('TK-04 a challenge works only for its own purpose', async () => {
    const ada = await addPasskey(await given.member(app));
    await confirmPasskey(ada, ada.authenticator);
    const purposes = ['registration', 'second factor', 'login'] as const;
    type Purpose = (typeof purposes)[number];
    const challengeFor = async (purpose: Purpose, mfaToken: string): Promise<string> => {
      const path = { 'second factor': '/api/auth/login/mfa/passkey/options', login: '/api/auth/login/passkey/options' };
      if (purpose === 'registration') return (await beginPasskey(ada)).body.publicKey.challenge;
      const body = purpose === 'login' ? undefined : { mfaToken };
      return (await ada.client.post(path[purpose], body).expect(200)).body.publicKey.challenge;
    };
    const use = async (purpose: Purpose, challenge: string, mfaToken: string): Promise<number> => {
      if (purpose === 'registration') {
        const { body } = await beginPasskey(ada);
        const credential = newAuthenticator().create(body.publicKey, { challenge });
        return (await ada.client.post('/api/members/me/passkeys', { credential }, ada.accessToken)).status;
      }
      const credential = ada.authenticator.get({ challenge, rpId: 'localhost' });
      return purpose === 'login'
        ? (await ada.client.post('/api/auth/login/passkey', { credential })).status
        : (await ada.client.post('/api/auth/login/mfa/passkey', { mfaToken, credential })).status;
    };
    const opened: string[] = [];
    for (const made of purposes)
      for (const used of purposes) {
        const mfaToken = await passwordStep(ada);
        const status = await use(used, await challengeFor(made, mfaToken), mfaToken);
        if (status < 300) opened.push(`${made} as ${used}`);
        else expect([made, used, status]).toEqual([made, used, 400]);
      }
    expect(opened).toEqual(purposes.map((purpose) => `${purpose} as ${purpose}`));
  });

  it('a passkey that gains user verification counts as one factor first and as two afterwards', async () => {
    const ada = await addPasskey(await given.member(app), undefined, { signing: { userVerified: false } });
    expect(refused(await passkeyLogin(app.client(), ada.authenticator))).toEqual(INVALID);
    expect((await passkeyStep(ada, await passwordStep(ada), ada.authenticator, { userVerified: true })).status).toBe(
      200,
    );
    expect((await passkeyLogin(app.client(), ada.authenticator)).status).toBe(200);
  });

  it('a counter that goes backwards is refused and recorded; a counter that stays at zero is not', async () => {
    const ada = await addPasskey(await given.member(app));
    expect((await passkeyLogin(app.client(), ada.authenticator, { signCount: 50 })).status).toBe(200);
    for (const signCount of [50, 7, 0])
      expect(refused(await passkeyLogin(app.client(), ada.authenticator, { signCount }))).toEqual(INVALID);
    expect(await eventsOf(ada, 'passkey.counter_regressed')).toEqual(
      [50, 7, 0].map((received) => ({ passkeyId: ada.passkeyId, expectedAbove: 50, received })),
    );
    // A stranger without a valid signature causes no alarm.
    expect(refused(await forgedLogin(ada.authenticator, { signCount: 3 }))).toEqual(INVALID);
    expect(await eventsOf(ada, 'passkey.counter_regressed')).toHaveLength(3);
    expect((await passkeyLogin(app.client(), ada.authenticator, { signCount: 51 })).status).toBe(200);

    const eve = await addPasskey(await given.member(app), newAuthenticator(true));
    for (let login = 0; login < 3; login += 1)
      expect((await passkeyLogin(app.client(), eve.authenticator)).status).toBe(200);
  });

  it('EN-05 it opens no disabled account, and a closed one only within the grace period', async () => {
    const ada = await addPasskey(await given.member(app));
    await app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [ada.id]);
    expect(refused(await passkeyLogin(app.client(), ada.authenticator))).toEqual([401, 'invalid_credentials']);
    await app.sql.query(`UPDATE members SET status = 'active' WHERE id = $1`, [ada.id]);

    await ada.client.delete('/api/members/me', { password: ada.password }, ada.accessToken).expect(204);
    expect((await passkeyLogin(app.client(), ada.authenticator)).status).toBe(200);
    expect(await eventsOf(ada, 'account.restored')).toHaveLength(1);
    await app.sql.query(`UPDATE members SET status = 'closed', closed_at = now() - interval '15 days' WHERE id = $1`, [
      ada.id,
    ]);
    expect(refused(await passkeyLogin(app.client(), ada.authenticator))).toEqual([401, 'invalid_credentials']);
    expect(await eventsOf(ada, 'login.failed')).toEqual([{ reason: 'not_active' }, { reason: 'not_active' }]);
  });

  it('a password that must be changed is changed first', async () => {
    const ada = await addPasskey(await given.member(app));
    await app.sql.query(`UPDATE members SET must_change_password = true WHERE id = $1`, [ada.id]);
    const second = await passkeyStep(ada, await passwordStep(ada), ada.authenticator);
    expect([second.status, second.body.status]).toEqual([200, 'password_change_required']);
    const { body } = await passkeyLogin(app.client(), ada.authenticator);
    expect(body).toEqual({
      status: 'password_change_required',
      resetToken: expect.any(String),
      expiresIn: expect.any(Number),
    });
    await app.post('/api/auth/password-reset', { newPassword: unique.password() }, body.resetToken).expect(204);
    expect((await passkeyLogin(app.client(), ada.authenticator)).body.status).toBe('authenticated');
    expect(await eventsOf(ada, 'login.password_change_required')).toEqual([{ by: 'password' }, { by: 'passkey' }]);
    expect(await eventsOf(ada, 'password.reset_proven')).toEqual([]);
  });

  it('BF-04 failures count for the client address: after the limit a wrong passkey gets 429, and a right one logs in', async () => {
    const ada = await addPasskey(await given.member(app));
    const client = other.client();
    for (let guess = 0; guess < 3; guess += 1)
      expect(refused(await passkeyLogin(client, newAuthenticator(), { userHandle: handleOf(ada) }))).toEqual(INVALID);
    const waiting = await passkeyLogin(client, newAuthenticator(), { userHandle: handleOf(ada) });
    expect(refused(waiting)).toEqual([429, 'too_many_requests']);
    expect((await passkeyLogin(client, ada.authenticator)).status).toBe(200);
    const { loginId: identifier, password } = ada;
    expect((await client.post('/api/auth/login', { identifier, password })).status).toBe(429);
    const { rows } = await app.sql.query(
      `SELECT details FROM security_events WHERE type = 'login.failed' AND ip = $1`,
      [client.ip],
    );
    expect(rows).toEqual([1, 2, 3].map(() => ({ details: { reason: 'passkey' } })));
    const requester = other.client();
    const statuses = [];
    for (let round = 0; round <= IP_REQUEST_LIMIT; round += 1)
      statuses.push((await requester.post('/api/auth/login/passkey/options')).status);
    expect(statuses).toEqual([...Array(IP_REQUEST_LIMIT).fill(200), 429]);
  });
});

describe('passkeys and the rest of the account', () => {
  it('OC-09 a password reset neither removes nor skips them', async () => {
    const ada = await addPasskey(await given.member(app));
    const password = unique.password();
    await app.post('/api/auth/password-reset', { newPassword: password }, await resetTokenFor(app, ada)).expect(204);
    const renewed = { ...ada, password };
    expect(await loginStatus(renewed)).toBe('mfa_required');
    expect((await passkeyStep(renewed, await passwordStep(renewed), ada.authenticator)).status).toBe(200);
    expect((await passkeyLogin(app.client(), ada.authenticator)).status).toBe(200);
  });

  it('CC-09 a passkey that becomes disputed while its login is on the way does not log in', async () => {
    const ada = await addPasskey(await given.member(app), newAuthenticator());
    const restrict = 'UPDATE passkeys SET user_verified = false WHERE member_id = $1';
    const answer = await whileLocked(app.sql, ada.id, { text: restrict, values: [ada.id] }, () =>
      passkeyLogin(ada.client, ada.authenticator),
    );
    expect(refused(answer)).toEqual(INVALID);
    expect(refused(await passkeyLogin(ada.client, ada.authenticator))).toEqual(INVALID);
    const used = await passkeyStep(ada, await passwordStep(ada), ada.authenticator);
    expect(used.status).toBe(200);
  });

  it('AD-02 after a reset for a compromised account, a recent passkey leads to no new password; an older one does', async () => {
    const ada = await addPasskey(await given.member(app), newAuthenticator());
    const admin = await givenAdmin(app);
    const demand = (reason?: 'compromised') =>
      admin.client.post(`/api/admin/members/${ada.id}/password-reset`, { reason }, admin.accessToken).expect(202);
    const age = `UPDATE passkeys SET created_at = now() - interval '30 days' WHERE member_id = $1`;
    await demand();
    expect((await passkeyLogin(app.client(), ada.authenticator)).body.status).toBe('password_change_required');
    await demand('compromised');
    expect(refused(await passkeyLogin(app.client(), ada.authenticator))).toEqual(INVALID);
    await app.sql.query(`UPDATE passkeys SET user_verified = true WHERE member_id = $1`, [ada.id]);
    await app.sql.query(age, [ada.id]);
    await demand('compromised');
    expect((await passkeyLogin(app.client(), ada.authenticator)).body.status).toBe('password_change_required');
  });

  it('“it was not me” removes recent ones and keeps older ones', async () => {
    const ada = await addPasskey(await given.member(app), undefined, { name: 'mine' });
    await app.sql.query(`UPDATE passkeys SET created_at = now() - interval '30 days' WHERE member_id = $1`, [ada.id]);
    await confirmPasskey(ada, ada.authenticator);
    const thief = await addPasskey(ada, undefined, { name: 'thief' });
    const notice = (await mailbox.to(ada.email).waitForCount(3)).find(({ text }) => text.includes('thief'))!;
    const link = notice.links.find((url) => url.includes('/pages/not-me#token='))!;
    await app.post('/api/auth/not-me', { token: decodeURIComponent(link.split('#token=')[1]!) }).expect(204);
    expect(refused(await passkeyLogin(app.client(), thief.authenticator))).toEqual(INVALID);
    const { body } = await passkeyLogin(app.client(), ada.authenticator);
    expect(body.status).toBe('authenticated');
    const { body: list } = await app.get('/api/members/me/passkeys', body.accessToken).expect(200);
    expect(list.items.map(({ name }: any) => name)).toEqual(['mine']);
  });

  it.each([
    ['null', null],
    ['an empty entry', ['']],
    ['a word and a number', ['usb', 5]],
    ['a text', 'internal'],
  ])('IV-11 odd transports are ignored when one is added: %s', async (_, transports) => {
    const ada = await given.member(app);
    const credential = newAuthenticator().create((await beginPasskey(ada)).body.publicKey);
    credential.response = { ...credential.response, transports, publicKey: null, authenticatorData: '' };
    credential.clientExtensionResults = null;
    const { body } = await ada.client.post('/api/members/me/passkeys', { credential }, ada.accessToken).expect(201);
    expect(body.passkey.transports).toEqual(Array.isArray(transports) && transports[0] === 'usb' ? ['usb'] : []);
  });

  it.each([[''], [null], ['a+b/'], [{}]])(
    'IV-11 a second factor ignores an odd user handle: %j',
    async (userHandle) => {
      const ada = await addPasskey(await given.member(app));
      const mfaToken = await passwordStep(ada);
      const { body } = await ada.client.post('/api/auth/login/mfa/passkey/options', { mfaToken }).expect(200);
      const signed = ada.authenticator.get(body.publicKey);
      const credential = { ...signed, response: { ...signed.response, userHandle } };
      await ada.client.post('/api/auth/login/mfa/passkey', { mfaToken, credential }).expect(200);
    },
  );

  it('IV-11 a required member in standard base64 is named, with the form that it needs', async () => {
    const ada = await given.member(app);
    const good = newAuthenticator().create((await beginPasskey(ada)).body.publicKey);
    const inBase64 = Buffer.from(good.response.attestationObject, 'base64url').toString('base64') + '==';
    const credential = { ...good, response: { ...good.response, attestationObject: inBase64 } };
    const { body } = await ada.client.post('/api/members/me/passkeys', { credential }, ada.accessToken).expect(422);
    expect(body.errors).toEqual([
      {
        field: 'credential',
        code: 'credential_malformed',
        message: expect.stringMatching(/response\.attestationObject must be base64url/),
      },
    ]);
    await ada.client.post('/api/members/me/passkeys', { credential: good }, ada.accessToken).expect(201);
  });

  it('IV-02 malformed credentials are refused as input', async () => {
    const ada = await addPasskey(await given.member(app));
    const good = ada.authenticator.get((await app.client().post('/api/auth/login/passkey/options')).body.publicKey);
    const deep = JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`);
    const bad: unknown[] = [
      ...[
        null,
        5,
        'x',
        [],
        {},
        [good],
        { ...good, id: undefined },
        { ...good, rawId: 'other' },
        { ...good, type: 'x' },
      ],
      ...[
        { ...good, response: null },
        { ...good, response: [] },
        { ...good, id: 'a b', rawId: 'a b' },
      ],
      { ...good, response: { ...good.response, signature: 'a+b/' } },
      { ...good, response: { ...good.response, signature: deep } },
      { ...good, response: { ...good.response, clientDataJSON: undefined } },
      { ...good, response: { ...good.response, userHandle: {} } },
      { ...good, id: 'x'.repeat(1365), rawId: 'x'.repeat(1365) },
      deep,
    ];
    for (const credential of bad) {
      const answer = await app.client().post('/api/auth/login/passkey', { credential });
      expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, 'credential']);
    }
    expect((await app.client().post('/api/auth/login/passkey', {})).status).toBe(422);
    expect((await app.client().post('/api/auth/login/passkey', { credential: good, extra: 1 })).status).toBe(422);
    const junk: object[] = [
      { clientDataJSON: 'AAAA' },
      { clientDataJSON: json(null) },
      { clientDataJSON: json({ challenge: { $ne: 1 } }) },
      { clientDataJSON: json([[[[]]]]) },
    ];
    for (const part of junk) {
      const credential = { ...good, response: { ...good.response, ...part } };
      expect(refused(await app.client().post('/api/auth/login/passkey', { credential }))).toEqual(INVALID);
    }
    for (const authenticatorData of ['AAAA', 'x'.repeat(40_000)]) {
      const { body } = await app.client().post('/api/auth/login/passkey/options').expect(200);
      const signed = ada.authenticator.get(body.publicKey);
      const credential = { ...signed, response: { ...signed.response, authenticatorData } };
      expect(refused(await app.client().post('/api/auth/login/passkey', { credential }))).toEqual(INVALID);
    }
    // Additional fields of browsers are accepted and ignored.
    const { body } = await app.client().post('/api/auth/login/passkey/options').expect(200);
    const credential = { ...ada.authenticator.get(body.publicKey), authenticatorAttachment: 'platform', later: deep };
    expect((await app.client().post('/api/auth/login/passkey', { credential })).status).toBe(200);
  });
});

const json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const handleOf = ({ id }: GivenMember): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');

/** A login with this authenticator's id, signed with a foreign key. */
async function forgedLogin(authenticator: Authenticator, signing: Signing = {}): Promise<HttpAnswer> {
  const client = app.client();
  const { body } = await client.post('/api/auth/login/passkey/options').expect(200);
  const genuine = authenticator.get(body.publicKey, signing);
  const forged = newAuthenticator().get(body.publicKey, signing);
  const credential = { ...genuine, response: { ...genuine.response, signature: forged.response.signature } };
  return client.post('/api/auth/login/passkey', { credential });
}
