import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { PendingAnswer } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { addPasskey, passkeyLogin } from '../support/passkeys.js';
import { patientTimers } from '../support/preload.js';
import { ProductHook } from '../support/product-hook.js';
import { codeAt, enrol } from '../support/second-factor.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken } from '../support/token-forge.js';

const PAUSED = { refuse: { code: 'membership_paused', detail: '회원님의 이용이 일시 중지되었습니다.' } };

let hook: ProductHook;
let app: TestApp;
let closed: TestApp;
beforeAll(async () => {
  hook = await ProductHook.listen();
  // On a busy machine an answer of this process may take longer than the second that a server waits.
  app = await TestApp.start({ env: { ...hook.env, LOG_LEVEL: 'info', ...patientTimers({ 1000: 3000 }) } });
  closed = await app.replica({ env: { TOKEN_HOOK_ON_FAILURE: 'closed' } });
});
afterEach(() => {
  hook.answer = {};
});
afterAll(async () => {
  await closed?.stop();
  await app?.stop();
  await hook?.close();
});

const login = ({ client, loginId, password }: GivenMember): PendingAnswer =>
  client.post('/api/auth/login', { identifier: loginId, password });
const refresh = ({ client }: GivenMember, refreshToken: string): PendingAnswer =>
  client.post('/api/auth/refresh', { refreshToken });
const claimsOf = (accessToken: string) => decodeToken(accessToken).claims;
const rowsAbout = async (memberId: string): Promise<unknown> => {
  const { rows } = await app.sql.query(
    `SELECT (SELECT count(*) FROM sessions WHERE member_id = $1) AS sessions,
            (SELECT count(*) FROM security_events WHERE member_id = $1) AS events,
            (SELECT count(*) FROM devices WHERE member_id = $1) AS devices,
            (SELECT count(*) FROM outbox_messages WHERE member_id = $1) AS mails`,
    [memberId],
  );
  return rows;
};

describe('the token hook', () => {
  it('adds claims at sign-up, login and refresh, and its question is signed', async () => {
    hook.answer = { claims: { plan: 'free', 'https://example.test/seats': [1, 2] } };
    const ada = await given.member(app);
    expect(claimsOf(ada.accessToken)).toMatchObject({ plan: 'free', 'https://example.test/seats': [1, 2] });
    hook.for(ada.id, { claims: { plan: 'pro' } });
    const { body: loggedIn } = await login(ada).expect(200);
    const { body: refreshed } = await refresh(ada, loggedIn.refreshToken).expect(200);
    for (const { accessToken } of [loggedIn, refreshed])
      expect(claimsOf(accessToken)).toMatchObject({ sub: ada.id, plan: 'pro' });
    const { sessionId } = loggedIn;
    expect(hook.about(ada.id)).toEqual([
      { type: 'token.login', memberId: ada.id, isNewMember: true, locale: 'en' },
      { type: 'token.login', memberId: ada.id, isNewMember: false, locale: 'en' },
      { type: 'token.refresh', memberId: ada.id, sessionId, locale: 'en' },
    ]);
    expect(hook.unsigned).toEqual([]);
    // The server accepts a token with added claims, the second time from its cache of verified tokens.
    await app.get('/api/members/me', refreshed.accessToken).expect(200);
    await app.get('/api/members/me', refreshed.accessToken).expect(200);
  });

  it('AT-02 overrides none of the claims of the server', async () => {
    const ada = await given.member(app);
    const { body: before } = await login(ada).expect(200);
    const forged = { iss: 'x', sub: 'x', aud: 'x', exp: 9e9, iat: 1, jti: 'x', sid: 'x', role: 'admin', amr: ['mfa'] };
    hook.for(ada.id, { claims: { ...forged, cnf: {}, attributes: { roles: ['admin'] }, active: false, plan: 'pro' } });
    const { body } = await login(ada).expect(200);
    const [was, is] = [claimsOf(before.accessToken), claimsOf(body.accessToken)];
    expect(Object.keys(is).sort()).toEqual([...Object.keys(was), 'plan'].sort());
    expect(is).toMatchObject({ iss: was['iss'], sub: ada.id, aud: was['aud'], role: 'member', amr: ['pwd'] });
    expect(app.logs.join('\n')).toContain('set reserved claims, which are ignored');
  });

  it('AT-05 refuses a login with the words of the product, and the refused login leaves no trace', async () => {
    const ada = await given.member(app);
    const stranger = { ...ada, client: app.client() }; // a login from a new device is recorded and sends a mail
    const before = await rowsAbout(ada.id);
    hook.for(ada.id, PAUSED);
    const { body } = await login(stranger).expect(403);
    expect(body).toMatchObject({
      code: 'refused_by_product',
      reason: 'membership_paused',
      detail: '회원님의 이용이 일시 중지되었습니다.',
    });
    expect(await rowsAbout(ada.id)).toEqual(before);
    hook.for(ada.id, { refuse: { code: 'gone' } });
    expect((await login(stranger).expect(403)).body.detail).toBe('This service does not let you log in at the moment.');
    hook.for(ada.id, {});
    await login(stranger).expect(200);
  });

  it('AT-05 refuses a refresh, and the same token works once the product allows it', async () => {
    const ada = await given.member(app);
    hook.for(ada.id, PAUSED);
    for (let i = 0; i < 3; i += 1) await refresh(ada, ada.refreshToken).expect(403);
    hook.for(ada.id, {});
    const { body } = await refresh(ada, ada.refreshToken).expect(200);
    await app.get('/api/members/me', body.accessToken).expect(200);
    await refresh(ada, body.refreshToken).expect(200);
  });

  it('AT-05 TK-06 hides no stolen token: an older one ends the session while the product refuses or does not answer', async () => {
    for (const [server, answer, status] of [
      [app, PAUSED, 403],
      [closed, (response: ServerResponse) => void response.writeHead(500).end(), 503],
    ] as const) {
      const ada = await given.member(app);
      const tokens = [ada.refreshToken];
      for (let n = 0; n < 2; n += 1) tokens.push((await refresh(ada, tokens.at(-1)!).expect(200)).body.refreshToken);
      const present = (refreshToken: string): PendingAnswer =>
        server.client().post('/api/auth/refresh', { refreshToken });
      hook.for(ada.id, answer);
      // The newest token is no theft. Nor is the one before it: the answer to it may have been lost.
      await present(tokens[2]!).expect(status);
      await present(tokens[1]!).expect(status);
      expect((await present(tokens[0]!).expect(401)).body.code).toBe('token_reused');
      hook.for(ada.id, {});
      expect((await present(tokens[2]!).expect(401)).body.code).toBe('session_ended');
    }
  });

  it('AT-05 is not asked about a wrong password, nor before the second factor', async () => {
    const ada = await enrol(await given.member(app));
    const questions = hook.about(ada.id).length;
    hook.for(ada.id, PAUSED);
    await ada.client.post('/api/auth/login', { identifier: ada.loginId, password: unique.password() }).expect(401);
    const { body } = await login(ada).expect(200);
    expect(body.status).toBe('mfa_required');
    await ada.client.post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code: '000000' }).expect(400);
    expect(hook.about(ada.id)).toHaveLength(questions);
    // A refusal uses up neither the step nor the code.
    const step = { mfaToken: body.mfaToken, code: codeAt(ada.secret, 1) };
    await ada.client.post('/api/auth/login/mfa', step).expect(403);
    hook.for(ada.id, { claims: { plan: 'pro' } });
    const { body: tokens } = await ada.client.post('/api/auth/login/mfa', step).expect(200);
    expect(claimsOf(tokens.accessToken)).toMatchObject({ plan: 'pro', amr: ['pwd', 'otp', 'mfa'] });
  });

  it('AT-05 refuses a sign-up, whose code stays valid', async () => {
    const values = unique.signUp();
    const client = app.client();
    const { body: signUp } = await client.post('/api/auth/sign-up', values).expect(202);
    const { code } = await mailbox.to(values.email).next();
    const confirmation = { signUpId: signUp.signUpId, code };
    hook.answer = PAUSED;
    for (let i = 0; i < 6; i += 1) await client.post('/api/auth/sign-up/confirm-code', confirmation).expect(403);
    hook.answer = { claims: { plan: 'free' } };
    const { body } = await client.post('/api/auth/sign-up/confirm-code', confirmation).expect(200);
    const { sub, plan } = claimsOf(body.accessToken);
    expect(plan).toBe('free');
    expect(hook.about(sub as string)).toHaveLength(1);
  });

  it('adds claims at a login with a passkey', async () => {
    const ada = await addPasskey(await given.member(app));
    hook.for(ada.id, { claims: { plan: 'pro' } });
    const { body } = await passkeyLogin(ada.client, ada.authenticator);
    expect(claimsOf(body.accessToken)).toMatchObject({ plan: 'pro' });
  });

  it('AT-02 lets members in without its claims or refuses them while it fails, as configured', async () => {
    const ada = await given.member(app);
    const faults: [string, (response: ServerResponse) => void][] = [
      ['an error', (response) => void response.writeHead(500).end('hunter2')],
      ['a redirect', (response) => void response.writeHead(302, { location: hook.env['TOKEN_HOOK_URL'] }).end()],
      ['long claims', (response) => void response.end(`{"claims":{"a":"${'a'.repeat(1100)}"}}`)],
      ['no answer', () => undefined],
    ];
    for (const [name, fault] of faults) {
      hook.for(ada.id, fault);
      const { body } = await login(ada);
      expect([name, Object.keys(claimsOf(body.accessToken))]).toEqual([name, expect.not.arrayContaining(['a'])]);
      const {
        status,
        headers,
        body: refused,
      } = await closed.client().post('/api/auth/login', { identifier: ada.loginId, password: ada.password });
      expect([name, status, refused.code]).toEqual([name, 503, 'service_unavailable']);
      expect(headers['retry-after']).toBe('2');
      await closed.client().post('/api/auth/refresh', { refreshToken: body.refreshToken }).expect(503);
      await refresh(ada, body.refreshToken).expect(200);
    }
    for (const log of [app.logs.join('\n'), closed.logs.join('\n')]) {
      expect(log).toContain('the token hook failed');
      expect(log).not.toMatch(/hunter2|whsec_/);
    }
  });

  it('AT-02 holds no transaction and no connection while it waits', async () => {
    const ada = await given.member(app);
    const waiting: ServerResponse[] = [];
    hook.for(ada.id, (response) => {
      waiting.push(response);
      if (waiting.length < 3) return;
      // Transactions of background work end by themselves. The transaction of a waiting request would not.
      void eventually('no open transaction', async () => ((await countOpen()) === 0 ? true : undefined)).then(() => {
        for (const each of waiting) each.end(JSON.stringify({ claims: { open: 0 } }));
      });
    });
    const countOpen = async (): Promise<number> => {
      const { rows } = await app.sql.query(
        `SELECT count(*)::int AS open FROM pg_stat_activity
         WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
      );
      return rows[0].open as number;
    };
    const answers = await Promise.all([
      login(ada).expect(200),
      login({ ...ada, client: app.client() }).expect(200),
      refresh(ada, ada.refreshToken).expect(200),
    ]);
    expect(answers.map(({ body }) => claimsOf(body.accessToken)['open'])).toEqual([0, 0, 0]);
  });

  it('counts its answers, refusals and failures', async () => {
    const ada = await given.member(app);
    hook.for(ada.id, { claims: { plan: 'pro' } });
    await login(ada).expect(200);
    hook.for(ada.id, PAUSED);
    await login(ada).expect(403);
    hook.for(ada.id, (response) => void response.writeHead(500).end());
    await login(ada).expect(200);
    const { text } = await app.get('/metrics').expect(200);
    for (const result of ['claims', 'refused', 'failed'])
      expect(text).toMatch(new RegExp(`munjigi_token_hook_questions_total\\{result="${result}"[^}]*\\} [1-9]`));
  });
});
