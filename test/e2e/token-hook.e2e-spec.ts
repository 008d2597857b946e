import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Authenticator } from '../support/authenticator.js';
import { eventually } from '../support/eventually.js';
import { given, type GivenMember } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { addPasskey, passkeyLogin, passwordStep } from '../support/passkeys.js';
import { codeAt, enrol } from '../support/second-factor.js';
import { TEST_PUBLIC_URL } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken } from '../support/token-forge.js';
import { ProductBackend } from '../support/token-hook.js';

let backend: ProductBackend;
let app: TestApp;
beforeAll(async () => {
  backend = await ProductBackend.listen();
  app = await TestApp.start({ env: backend.env });
});
afterAll(async () => {
  await app?.stop();
  await backend?.close();
});
afterEach(() => {
  backend.beforeAnswer = async () => undefined;
});

const login = ({ client, loginId, password }: GivenMember) =>
  client.post('/api/auth/login', { identifier: loginId, password });
const refresh = ({ client, refreshToken }: { client: GivenMember['client']; refreshToken: string }) =>
  client.post('/api/auth/refresh', undefined, refreshToken);
const planOf = (body: { accessToken: string }): unknown => decodeToken(body.accessToken).claims['plan'];
const sessionsOf = async ({ id }: GivenMember): Promise<number> =>
  (await app.sql.query(`SELECT FROM sessions WHERE member_id = $1`, [id])).rowCount!;

describe('the token hook', () => {
  it('AT-02 adds the claims of the product to the access token, whichever way the session is opened', async () => {
    const ada = await given.member(app);
    expect(decodeToken(ada.accessToken).claims).toMatchObject({ sub: ada.id, plan: 'free' });
    backend.answers.set(ada.id, { claims: { plan: 'pro' } });
    expect(planOf((await login(ada).expect(200)).body)).toBe('pro');
    expect(planOf((await refresh(ada).expect(200)).body)).toBe('pro');
    const withKey = await addPasskey(ada, new Authenticator(TEST_PUBLIC_URL));
    expect(planOf((await passkeyLogin(ada.client, withKey.authenticator).then((answer) => answer)).body)).toBe('pro');
    expect(backend.askedAbout(ada.id)).toEqual(['token.sign-up', 'token.login', 'token.refresh', 'token.login']);
    const asked = backend.asked.find(({ type, memberId }) => type === 'token.refresh' && memberId === ada.id);
    expect(asked).toEqual({ type: 'token.refresh', memberId: ada.id, sessionId: ada.sessionId });
  });

  it('AT-02 is asked once a second factor has matched, and not about the password before it', async () => {
    const ada = await enrol(await given.member(app));
    const mfaToken = await passwordStep(ada);
    await login({ ...ada, password: 'another tall giraffe 1' }).expect(401);
    expect(backend.askedAbout(ada.id)).toEqual(['token.sign-up']);
    const code = codeAt(ada.secret, 1);
    const { body } = await ada.client.post('/api/auth/login/mfa', { mfaToken, code }).expect(200);
    expect(planOf(body)).toBe('free');
    expect(backend.askedAbout(ada.id)).toEqual(['token.sign-up', 'token.login']);
  });

  it('AT-02 issues tokens that this server accepts and introspection shows', async () => {
    const ada = await given.member(app);
    await ada.client.get('/api/members/me', ada.accessToken).expect(200);
    const { body } = await ada.client.post('/api/auth/verify', { token: ada.accessToken }).expect(200);
    expect(body).toMatchObject({ active: true, sub: ada.id });
    expect(body.plan).toBeUndefined();
  });

  it('AT-02 cannot set a claim that decides who a token is for or what it may do', async () => {
    const ada = await given.member(app);
    const forged = {
      sub: 'mallory',
      role: 'admin',
      exp: 1,
      iss: 'x',
      aud: 'x',
      sid: 'x',
      amr: ['mfa'],
      cnf: {},
      jti: 1,
    };
    backend.answers.set(ada.id, { claims: { ...forged, plan: 'pro' } });
    const { body } = await refresh(ada).expect(200);
    const { claims } = decodeToken(body.accessToken);
    expect(claims).toMatchObject({ sub: ada.id, sid: ada.sessionId, role: 'member', amr: ['pwd'], plan: 'pro' });
    expect(claims['cnf']).toBeUndefined();
    await ada.client.get('/api/members/me', body.accessToken).expect(200);
  });

  it('AT-02 refuses a login before anything of it is kept', async () => {
    const ada = await given.member(app);
    const [sessions, mails] = [await sessionsOf(ada), await mailbox.count(ada.email, app)];
    backend.answers.set(ada.id, { refuse: { code: 'plan_expired', detail: 'Renew your plan.' } });
    const { body } = await login({ ...ada, client: app.client() }).expect(403);
    expect(body).toMatchObject({
      code: 'refused_by_product',
      refusal: { code: 'plan_expired', detail: 'Renew your plan.' },
    });
    await outboxEmpty(app);
    expect([await sessionsOf(ada), await mailbox.count(ada.email, app)]).toEqual([sessions, mails]);
  });

  it('AT-02 refuses a refresh without ending the session, so that the same token works later', async () => {
    const ada = await given.member(app);
    backend.answers.set(ada.id, { refuse: { code: 'plan_expired', detail: '' } });
    await refresh(ada).expect(403);
    backend.answers.delete(ada.id);
    expect((await refresh(ada).expect(200)).body).toMatchObject({ outcome: 'rotated' });
  });

  it('AT-02 keeps no transaction open while it waits for the product', async () => {
    const ada = await given.member(app);
    let locked = 0;
    // Fails at once while another transaction holds a lock on the member or on a session.
    const lockAll = `SELECT FROM members JOIN sessions ON members.id = member_id WHERE members.id = $1 FOR UPDATE NOWAIT`;
    backend.beforeAnswer = async () => {
      await app.sql.query(lockAll, [ada.id]).catch(() => (locked += 1));
    };
    await login(ada).expect(200);
    await refresh(ada).expect(200);
    expect(backend.askedAbout(ada.id)).toHaveLength(3);
    expect(locked).toBe(0);
  });
});

describe.each([
  ['open', 200],
  ['closed', 503],
])('a token hook that fails, with TOKEN_HOOK_ON_FAILURE=%s', (mode, status) => {
  let failing: ProductBackend;
  let server: TestApp;
  beforeAll(async () => {
    failing = await ProductBackend.listen();
    server = await TestApp.start({ env: { ...failing.env, TOKEN_HOOK_ON_FAILURE: mode } });
  });
  afterAll(async () => {
    await server?.stop();
    await failing?.close();
  });

  it(`AT-02 answers logins and refreshes with ${status}`, async () => {
    const ada = await given.member(server);
    failing.failsWith = 500;
    for (const send of [login, refresh]) {
      const { body, headers } = await send(ada).expect(status);
      if (status === 200)
        expect([decodeToken(body.accessToken).claims['sub'], planOf(body)]).toEqual([ada.id, undefined]);
      else expect([body.code, headers['retry-after']]).toEqual(['service_unavailable', '1']);
    }
    failing.failsWith = null;
    // The failed refresh has rotated nothing.
    if (status === 503) expect((await refreshOnceBack(ada)).body.outcome).toBe('rotated');
  });

  /** The server leaves a hook that failed alone for a second, and answers 503 until then. */
  async function refreshOnceBack(ada: GivenMember) {
    return eventually('the hook is asked again', async () => {
      const answer = await refresh(ada);
      return answer.status === 200 ? answer : undefined;
    });
  }
});
