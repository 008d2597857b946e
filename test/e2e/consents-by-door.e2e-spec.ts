import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { promote, type GivenAdmin } from '../support/admins.js';
import {
  ageLedger,
  ageLedgerOf,
  ConsentsFile,
  DOCUMENTS,
  ledgerOf,
  makeOutdated,
  makeSignUpOutdated,
  NEWS,
  REQUIRED,
  startReminders,
} from '../support/consents.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer, HttpClient } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { enrol } from '../support/second-factor.js';
import { CLIENT, OpenIdPartner } from '../support/social/openid-partner.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken } from '../support/token-forge.js';

const REDIRECT_URI = 'https://app.example.test/social';
const [TERMS, , , , PRIVACY, NEWS_DOCUMENT] = DOCUMENTS as [object, object, object, object, object, object];
const MORE_DOCUMENTS = [
  ...DOCUMENTS,
  { ...TERMS, language: 'ja', title: '利用規約' },
  { ...PRIVACY, language: 'ko', title: '개인정보 처리방침' },
  { ...NEWS_DOCUMENT, version: '2', effectiveFrom: '2999-01-01' },
  { ...NEWS_DOCUMENT, id: 'offers', title: 'Offers by text message' },
];
const OFFERS = { id: 'offers', version: '1' };

let app: TestApp;
let file: ConsentsFile;
let google: OpenIdPartner;
let directory: string;
let root: GivenAdmin;
/** Whether the provider vouches for the mailbox of an account, by subject. */
const vouched = new Map<string, boolean>();

beforeAll(async () => {
  file = await ConsentsFile.write(MORE_DOCUMENTS);
  directory = await mkdtemp(join(tmpdir(), 'consents-by-door-'));
  await mkdir(join(directory, 'ja'));
  google = await OpenIdPartner.start(REDIRECT_URI, {
    name: 'Google',
    claims: (sub) => ({ sub, email: `${sub}@gmail.com`, email_verified: vouched.get(sub) ?? true }),
  });
  app = await TestApp.start({
    env: {
      CONSENTS: file.path,
      MAIL_TEMPLATES_DIR: directory,
      CORS_ORIGINS: 'https://app.example.test',
      SOCIAL_REDIRECT_URIS: REDIRECT_URI,
      SOCIAL_GOOGLE_CLIENT_ID: CLIENT.id,
      SOCIAL_GOOGLE_CLIENT_SECRET: CLIENT.secret,
      SOCIAL_GOOGLE_ISSUER: google.issuer,
    },
  });
  root = await promote(app, await enrol(await member()));
});
afterAll(async () => {
  await app?.stop();
  await google.stop();
  await file.remove();
  await rm(directory, { recursive: true });
});

const member = (consents: object[] = REQUIRED): Promise<GivenMember> => given.member(app, { consents } as object);
const refused = ({ status, body }: HttpAnswer): unknown[] => [
  status,
  body.code,
  ...(body.errors ?? []).map(({ field, code }: { field: string; code: string }) => `${field} ${code}`),
];
const WITHOUT_REQUIRED = [422, 'consent_required', 'consents.terms required', 'consents.privacy required'];
const memberOf = ({ body }: HttpAnswer): string => decodeToken(body.accessToken).claims.sub as string;
const membersWith = async (email: string): Promise<{ id: string }[]> =>
  (await app.sql.query(`SELECT id FROM members WHERE email_key = $1`, [email])).rows;
const BOTH = ['terms 2 given', 'privacy 1 given'];

describe('consents of a member who comes from a provider', () => {
  const SIGN_UP = '/api/auth/social/sign-up';

  async function logIn(client: HttpClient, subject: string): Promise<HttpAnswer> {
    const { body: started } = await client.post('/api/auth/social/google/start', {}).expect(200);
    const sent = await google.logIn(started.authorizationUrl, subject);
    const body = { requestId: started.requestId, ...Object.fromEntries(sent) };
    return client.post('/api/auth/social/google/complete', body).expect(200);
  }

  async function offer(client: HttpClient, isVouched = true) {
    const subject = unique.loginId();
    vouched.set(subject, isVouched);
    const { body } = await logIn(client, subject);
    expect(body.status).toBe('sign_up_required');
    return { subject, email: `${subject}@gmail.com`, claim: { signUpId: body.signUpId, loginId: subject } };
  }

  it('CO-01 are asked for before the member exists, and the sign-up goes on with them', async () => {
    const client = app.client();
    const { email, claim } = await offer(client);
    for (const more of [{}, { consents: [] }, { consents: [NEWS] }])
      expect(refused(await client.post(SIGN_UP, { ...claim, ...more }))).toEqual(WITHOUT_REQUIRED);
    expect(refused(await client.post(SIGN_UP, { ...claim, consents: [{ id: 'terms', version: '1' }] }))).toEqual([
      ...[422, 'validation_failed', 'consents.0 consent_unknown'],
    ]);
    expect(await membersWith(email)).toEqual([]);
    const answer = await client.post(SIGN_UP, { ...claim, consents: [...REQUIRED, OFFERS] }).expect(200);
    expect(answer.body.status).toBe('authenticated');
    expect(await ledgerOf(app, memberOf(answer))).toEqual([...BOTH, 'offers 1 given']);
  });

  it('CO-01 CO-02 are kept with the sign-up if the mailbox must be confirmed, and completed at the confirmation', async () => {
    const client = app.client();
    const { email, claim } = await offer(client, false);
    expect(refused(await client.post(SIGN_UP, claim))).toEqual(WITHOUT_REQUIRED);
    const { body } = await client.post(SIGN_UP, { ...claim, consents: REQUIRED }).expect(200);
    expect(body.status).toBe('confirmation_required');
    const { code } = await mailbox.to(email).next();
    await makeSignUpOutdated(app, email);
    const confirm = (more: object) =>
      client.post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code, ...more });
    expect(refused(await confirm({}))).toEqual([422, 'consent_required', 'consents.terms required']);
    expect(await membersWith(email)).toEqual([]);
    const answer = await confirm({ consents: REQUIRED }).expect(200);
    expect(await ledgerOf(app, memberOf(answer))).toEqual(['terms 1 given', 'privacy 1 given', 'terms 2 given']);
    const again = await logIn(app.client(), claim.loginId);
    expect([again.body.status, memberOf(again)]).toEqual(['authenticated', memberOf(answer)]);
  });

  it('CO-03 CO-04 come between a login at the provider and the session', async () => {
    const client = app.client();
    const { subject, claim } = await offer(client);
    const signedUp = await client.post(SIGN_UP, { ...claim, consents: REQUIRED }).expect(200);
    const id = memberOf(signedUp);
    await makeOutdated(app, id);
    const { body: demanded } = await logIn(client, subject);
    expect(demanded).toMatchObject({ status: 'terms_required', documents: [{ id: 'terms', version: '2' }] });
    expect(demanded).not.toHaveProperty('accessToken');
    const accept = (consents: object[]) =>
      client.post('/api/auth/consents', { termsToken: demanded.termsToken, consents });
    expect(refused(await accept([NEWS]))).toEqual([422, 'consent_required', 'consents.terms required']);
    const { body } = await accept(REQUIRED.slice(0, 1)).expect(200);
    expect(body.status).toBe('authenticated');
    expect(decodeToken(body.accessToken).claims.amr).toEqual(['fed']);
    expect(await ledgerOf(app, id)).toEqual(['terms 1 given', 'privacy 1 given', 'terms 2 given']);
    expect(refused(await accept(REQUIRED))).toEqual([401, 'token_invalid']);
    expect((await logIn(app.client(), subject)).body.status).toBe('authenticated');
  });
});

describe('consents of an invited person', () => {
  it('CO-01 are asked for before the member exists, and the invitation stays open without them', async () => {
    const email = unique.email();
    await root.client.post('/api/admin/invitations', { email }, root.accessToken).expect(201);
    const { links } = await mailbox.to(email).next();
    const token = links.join(' ').match(/#token=([\w-]+)/)![1];
    const client = app.client();
    const answer = { token, loginId: unique.loginId(), password: unique.password() };
    const accept = (more: object) => client.post('/api/auth/invitations/accept', { ...answer, ...more });
    for (const more of [{}, { consents: [NEWS] }]) expect(refused(await accept(more))).toEqual(WITHOUT_REQUIRED);
    expect(refused(await accept({ consents: [{ id: 'terms', version: '1' }] }))).toEqual([
      ...[422, 'validation_failed', 'consents.0 consent_unknown'],
    ]);
    expect(await membersWith(email)).toEqual([]);
    const accepted = await accept({ consents: [...REQUIRED, NEWS] }).expect(200);
    expect(await ledgerOf(app, memberOf(accepted))).toEqual([...BOTH, 'news 1 given']);
    expect(refused(await accept({ consents: REQUIRED }))).toEqual([409, 'already_confirmed']);
  });
});

describe('the language of a document', () => {
  it.each([
    ['ja', ['利用規約', 'Privacy', 'News by e-mail', 'Offers by text message']],
    ['ja, ko;q=0.5', ['利用規約', '개인정보 처리방침', 'News by e-mail', 'Offers by text message']],
    ['ko, ja;q=0.5', ['이용약관', '개인정보 처리방침', 'News by e-mail', 'Offers by text message']],
    ['de', ['Terms of service', 'Privacy', 'News by e-mail', 'Offers by text message']],
  ])('CO-02 is the one that the request prefers, also one that the operator added: %s', async (language, titles) => {
    const client = app.client({ headers: { 'accept-language': language } });
    const { body } = await client.get('/api/auth/consents').expect(200);
    expect(body.items.map(({ title }: { title: string }) => title)).toEqual(titles);
  });

  it('CO-02 is kept in the ledger; the own consents are listed in the language of the request', async () => {
    const values = { ...unique.signUp(), locale: 'en', consents: REQUIRED };
    const client = app.client({ headers: { 'accept-language': 'ja' } });
    const { body } = await client.post('/api/auth/sign-up', values).expect(202);
    const { code } = await mailbox.to(values.email).next();
    const confirmed = await client.post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code });
    const { rows } = await app.sql.query(`SELECT language FROM consents WHERE member_id = $1 ORDER BY id`, [
      memberOf(confirmed),
    ]);
    expect(rows.map(({ language }) => language)).toEqual(['ja', 'en']);
    const { body: own } = await client.get('/api/members/me/consents', confirmed.body.accessToken).expect(200);
    expect(own.items[0].title).toBe('利用規約');
  });
});

describe('a document of several versions', () => {
  const PATH = '/api/members/me/consents';
  const give = ({ client, accessToken }: GivenMember, ...consents: object[]) =>
    client.post(PATH, { consents }, accessToken).expect(204);
  const stateOf = async ({ client, accessToken }: GivenMember) => {
    const { body } = await client.get(PATH, accessToken).expect(200);
    return body.items
      .filter(({ id, given: isGiven }: { id: string; given: boolean }) => isGiven && id !== 'privacy')
      .map(({ id, version }: { id: string; version: string }) => `${id} ${version}`);
  };

  it('CO-02 does not lengthen the ledger when the present version and an early one are given in turns', async () => {
    const ada = await member();
    const next = { id: 'terms', version: '3' };
    for (let turn = 1; turn <= 3; turn += 1) {
      await give(ada, next);
      await give(ada, REQUIRED[0]!);
      await give(ada, next, REQUIRED[0]!);
    }
    expect(await ledgerOf(app, ada.id)).toEqual([...BOTH, 'terms 3 given']);
    expect(await stateOf(ada)).toEqual(['terms 2', 'terms 3']);
  });

  it('CO-05 is withdrawn in all versions, and each is given again by itself', async () => {
    const ada = await member([...REQUIRED, NEWS]);
    const early = { id: 'news', version: '2' };
    await give(ada, early);
    expect(await stateOf(ada)).toEqual(['terms 2', 'news 1', 'news 2']);
    await ada.client.delete(`${PATH}/news`, undefined, ada.accessToken).expect(204);
    expect(await stateOf(ada)).toEqual(['terms 2']);
    await give(ada, early);
    expect(await stateOf(ada)).toEqual(['terms 2', 'news 2']);
    await give(ada, NEWS);
    expect((await ledgerOf(app, ada.id)).slice(2)).toEqual([
      ...['news 1 given', 'news 2 given', 'news 2 withdrawn', 'news 2 given', 'news 1 given'],
    ]);
  });
});

describe('the reminder of several consents', () => {
  let worker: Awaited<ReturnType<typeof startReminders>>;
  beforeAll(async () => {
    worker = await startReminders(app, file.path);
  });
  afterAll(() => worker?.stop());

  const mailsTo = async ({ id, email }: GivenMember): Promise<string[]> => {
    const { rows } = await app.sql.query(
      `SELECT FROM outbox_messages WHERE member_id = $1 AND template = 'consent-reminder'`,
      [id],
    );
    return (await mailbox.to(email).waitForCount(rows.length + 1)).slice(1).map(({ text }) => text);
  };

  it('CO-07 is one mail, which names each and when it was given', async () => {
    const [together, apart] = [await member([...REQUIRED, NEWS, OFFERS]), await member([...REQUIRED, NEWS, OFFERS])];
    for (const { id } of [together, apart]) await ageLedger(app, id, '2 years');
    await ageLedgerOf(app, apart.id, 'offers', '40 days');
    await worker.job.remindDue();
    await worker.job.remindDue();
    for (const { id } of [together, apart])
      expect((await ledgerOf(app, id)).slice(4).sort()).toEqual(['news 1 reminded', 'offers 1 reminded']);
    const [[ofTogether, ...others], [ofApart, ...more]] = [await mailsTo(together), await mailsTo(apart)];
    expect([others, more]).toEqual([[], []]);
    expect(ofTogether).toContain('Consent: News by e-mail, Offers by text message\n');
    expect(ofTogether).toContain('Agreed on: ');
    expect(ofApart).toMatch(/News by e-mail \(\d.+ UTC\), Offers by text message \(\d.+ UTC\)/);
    expect(ofApart).not.toContain('Agreed on');
  });
});
