import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { CLIENT, OpenIdPartner } from '../support/social/openid-partner.js';
import { TestApp } from '../support/test-app.js';

const REDIRECT_URI = 'https://app.example.test/social';

let google: OpenIdPartner;
let app: TestApp;
/** A server on the same database where only invited people can sign up. */
let invitedOnly: TestApp;
/** What the provider knows of its accounts, by subject. */
const accounts = new Map<string, Record<string, unknown>>();

beforeAll(async () => {
  google = await OpenIdPartner.start(REDIRECT_URI, { name: 'Acme', claims: (sub) => ({ sub, ...accounts.get(sub) }) });
  app = await TestApp.start({
    env: {
      SIGN_UP: 'domains',
      SIGN_UP_DOMAINS: 'example.test',
      SOCIAL_REDIRECT_URIS: REDIRECT_URI,
      SOCIAL_GOOGLE_CLIENT_ID: CLIENT.id,
      SOCIAL_GOOGLE_CLIENT_SECRET: CLIENT.secret,
      SOCIAL_GOOGLE_ISSUER: google.issuer,
    },
  });
  invitedOnly = await app.replica({ env: { SIGN_UP: 'invited', SIGN_UP_DOMAINS: '' } });
});
afterAll(async () => {
  await app?.stop();
  await google.stop();
});

/** Logs in at the provider with a new account, whose mailbox the provider vouches for. */
async function completeSocialLogin(server: TestApp, email: string) {
  const subject = unique.loginId();
  accounts.set(subject, { email, email_verified: true });
  const client = server.client();
  const { body: begun } = await client.post('/api/auth/social/google/start', { redirectUri: REDIRECT_URI }).expect(200);
  const sent = Object.fromEntries(await google.logIn(begun.authorizationUrl, subject));
  const answer = await client.post('/api/auth/social/google/complete', { requestId: begun.requestId, ...sent });
  return { client, answer };
}

describe('SIGN_UP=domains', () => {
  it('AC-20 signs up only addresses of SIGN_UP_DOMAINS', async () => {
    const values = unique.signUp();
    const { body } = await app.client().post('/api/auth/sign-up', values).expect(202);
    const { code } = await mailbox.to(values.email).next();
    await app.client().post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code }).expect(200);

    const outside = { ...unique.signUp(), email: `${unique.loginId()}@gmail.com` };
    const { body: problem } = await app.client().post('/api/auth/sign-up', outside).expect(403);
    expect(problem.code).toBe('sign_up_closed');
    const { rowCount } = await app.sql.query(`SELECT FROM sign_ups WHERE email = $1`, [outside.email]);
    expect(rowCount).toBe(0);
  });

  it('AC-20 answers the same for an address of another domain, with or without an account', async () => {
    const values = unique.signUp();
    const { body } = await app.client().post('/api/auth/sign-up', values).expect(202);
    const { code } = await mailbox.to(values.email).next();
    await app.client().post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code }).expect(200);
    const known = `${values.loginId}@gmail.com`;
    await app.sql.query(`UPDATE members SET email = $1, email_key = $1 WHERE login_id = $2`, [known, values.loginId]);

    const answers = await Promise.all(
      [known, `${unique.loginId()}@gmail.com`].map((email) =>
        app
          .client()
          .post('/api/auth/sign-up', { ...unique.signUp(), email })
          .expect(403),
      ),
    );
    const [first, second] = answers.map(({ body: { requestId: _, ...problem } }) => problem);
    expect(first).toEqual(second);
  });

  it('AC-20 refuses an address of another domain after a login at a provider, and lets the person name another address', async () => {
    const { client, answer } = await completeSocialLogin(app, `${unique.loginId()}@gmail.com`);
    expect(answer.body.status).toBe('sign_up_required');
    const claim = { signUpId: answer.body.signUpId, loginId: unique.loginId() };
    await client.post('/api/auth/social/sign-up', claim).expect(403);
    const { body } = await client.post('/api/auth/social/sign-up', { ...claim, email: unique.email() }).expect(200);
    expect(body.status).toBe('confirmation_required');
  });

  it('AC-20 shows clients and visitors which addresses may sign up', async () => {
    const { body } = await app.client().get('/api/auth/sign-up/terms').expect(200);
    expect(body).toEqual({ mode: 'domains', domains: ['example.test'] });
    const { text } = await app.client().get('/pages/sign-up?lang=en').expect(200);
    expect(text).toContain('You can sign up with an email address of: example.test');
  });
});

describe('SIGN_UP=invited', () => {
  it('AC-20 refuses every sign-up, also after a login at a provider', async () => {
    await invitedOnly.client().post('/api/auth/sign-up', unique.signUp()).expect(403);
    const { answer } = await completeSocialLogin(invitedOnly, `${unique.loginId()}@gmail.com`);
    expect(answer.body.code).toBe('sign_up_closed');
  });

  it('AC-20 neither confirms nor mails sign-ups that were pending when the operator closed sign-up', async () => {
    const values = unique.signUp();
    const { body } = await app.client().post('/api/auth/sign-up', values).expect(202);
    const { code } = await mailbox.to(values.email).next();
    const confirmation = { signUpId: body.signUpId, code };
    const refused = await invitedOnly.client().post('/api/auth/sign-up/confirm-code', confirmation).expect(403);
    expect(refused.body.code).toBe('sign_up_closed');
    const resent = await invitedOnly.client().post('/api/auth/sign-up/resend', { signUpId: body.signUpId }).expect(403);
    expect(resent.body.code).toBe('sign_up_closed');
    await app.client().post('/api/auth/sign-up/confirm-code', confirmation).expect(200);
  });

  it('AC-20 hides the form and the links to it', async () => {
    const { text: signUp } = await invitedOnly.client().get('/pages/sign-up?lang=en').expect(200);
    expect(signUp).toContain('<section data-state="closed" data-only');
    const { text: login } = await invitedOnly.client().get('/pages/login?lang=en').expect(200);
    expect(login).not.toContain('href="sign-up');
  });
});
