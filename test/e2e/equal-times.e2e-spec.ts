import { pbkdf2Sync } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { LEGACY_HASHES_CHANNEL } from '../../src/users/legacy-hash-kinds.repository.js';
import { copyMember, ENV, expectEqualTimes, PEOPLE, type Person } from '../support/equal-times.js';
import { eventually } from '../support/eventually.js';
import { unique } from '../support/factories.js';
import type { HttpAnswer, HttpClient } from '../support/http-client.js';
import { PendingSignUp } from '../support/pending-sign-up.js';
import { NaverPartner } from '../support/social/naver-partner.js';
import { CLIENT } from '../support/social/openid-partner.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { SERVER_AS_DELIVERED, TestApp } from '../support/test-app.js';
import { allowTime } from '../support/test-length.js';

allowTime();

const MAIL_DELAY_MS = 3000;
/** Rounds of PBKDF2. They take several times as long as argon2id, so a server fails that uses argon2id for every unknown account. */
const ITERATIONS = 150_000;
/** The requests whose time must not reveal whether an account exists. */
const REQUESTS: Record<string, (client: HttpClient, person: Person, index: number) => Promise<HttpAnswer>> = {
  'a login': (client, { loginId, email }, index) =>
    client
      .post('/api/auth/login', { identifier: index % 2 === 0 ? loginId : email, password: 'no member has this one' })
      .expect(401),
  'a request for a reset': (client, { email }) =>
    client.post('/api/auth/password-reset/send-code', { email }).expect(202),
  'a request for the login ID': (client, { email }) =>
    client.post('/api/auth/login-id/send-code', { email }).expect(202),
  'a sign-up': (client, { email }) =>
    client.post('/api/auth/sign-up', { loginId: unique.loginId(), email, password: 'qxzvkjwpmrtb' }).expect(202),
  'a sign-up with an account at a provider': (client, { email }) =>
    client.post('/api/auth/social/sign-up', { signUpId: socialSignUpId, loginId: 'ada.lovelace', email }).expect(200),
};

let app: TestApp;
let sink: SmtpSink;
let naver: NaverPartner;
/** The pending sign-up of a person who has logged in at Naver and is no member. Each request sends another address for it. */
let socialSignUpId: string;
let known: Person[];
let unknown: Person[];
/** The password of all known members. */
let password: string;

beforeAll(async () => {
  sink = await SmtpSink.start();
  naver = await new NaverPartner().start();
  app = await TestApp.start({
    program: SERVER_AS_DELIVERED,
    env: {
      ...ENV,
      SMTP_URL: sink.url,
      SOCIAL_NAVER_CLIENT_ID: CLIENT.id,
      SOCIAL_NAVER_CLIENT_SECRET: CLIENT.secret,
      SOCIAL_NAVER_ISSUER: naver.issuer,
      SOCIAL_NAVER_PROFILE_URL: `${naver.issuer}/v1/nid/me`,
    },
  });
  const codeFor = (address: string): Promise<string> =>
    eventually('the sign-up mail', async () => sink.mails.find(({ to }) => to.includes(address))?.code);
  const ada = await PendingSignUp.signUp(app, codeFor);
  await ada.confirm(app);
  password = ada.values.password;
  known = await copyMember(app, ada.values.loginId);
  socialSignUpId = await logInAtProvider();
  sink.isReading = false; // parsing would disturb the measurement in this process
  unknown = known.map(() => ({ loginId: unique.loginId(), email: unique.email() }));
});
afterAll(async () => {
  await app?.stop();
  await sink?.stop();
  await naver?.stop();
});

async function logInAtProvider(): Promise<string> {
  const { body: started } = await app.post('/api/auth/social/naver/start', {}).expect(200);
  const sent = Object.fromEntries(await naver.logIn(started.authorizationUrl, unique.loginId()));
  const answer = { requestId: started.requestId, ...sent };
  return (await app.post('/api/auth/social/naver/complete', answer).expect(200)).body.signUpId as string;
}

const FAST_ONLY = ['a login', 'a sign-up with an account at a provider'];
const moods = ['takes mail at once', `takes ${MAIL_DELAY_MS / 1000} s for each mail`];
describe.each(moods)('while the mail server %s', (mood) => {
  beforeAll(() => {
    if (mood === moods[1])
      sink.refuseMail = async () => {
        await pause(MAIL_DELAY_MS);
        return undefined;
      };
  });

  // Two are left out with a slow mail server: a refused login sends no mail here, and a sign-up with a provider
  // queues its mail as the measured sign-up does.
  const requests = Object.keys(REQUESTS).filter((title) => mood === moods[0] || !FAST_ONLY.includes(title));
  it.each(requests)('EN-06 %s takes the same time for known and unknown', async (title) => {
    const ask = REQUESTS[title]!;
    await expectEqualTimes(`${title}, mail server ${mood}`, (kind, index) =>
      ask(app.client(), { known, unknown }[kind][index % PEOPLE]!, index),
    );
  });
});

it('EN-06 SO-30 a login takes the same time for a member without a password and an unknown account', async () => {
  const withoutPassword = await copyMember(app, known[0]!.loginId, 'NULL');
  await expectEqualTimes('a login without a password', (kind, index) => {
    const { loginId } = { known: withoutPassword, unknown }[kind][index % PEOPLE]!;
    return REQUESTS['a login']!(app.client(), { loginId, email: loginId }, 0);
  });
});

it('EN-08 a change to a taken address takes the same time as one to a free address', async () => {
  const { body } = await app.client().post('/api/auth/login', { identifier: known[0]!.loginId, password }).expect(200);
  await expectEqualTimes('an address change, known is taken', (kind, index) => {
    const newEmail = { known, unknown }[kind][index % PEOPLE]!.email;
    return app.client().post('/api/members/me/email/send-code', { newEmail, password }, body.accessToken).expect(202);
  });
});

it('EN-05 a login refused as too risky takes the same time with the right and a wrong password', async () => {
  // These logins carry no device token. With these limits a new device is enough for a refusal.
  const risk = { RISK_NOTIFY_SCORE: '20', RISK_ASK_SCORE: '20', RISK_END_SCORE: '20' };
  const wary = await app.replica({ env: risk });
  await expectEqualTimes('a refused login, known is right', (kind, index) => {
    const { loginId } = known[index % PEOPLE]!;
    return wary
      .client()
      .post('/api/auth/login', {
        identifier: loginId,
        password: kind === 'known' ? password : 'no member has this one',
      })
      .expect(401);
  });
});

it('IM-03 EN-06 a login takes the same time for known and unknown where most members have a legacy hash', async () => {
  const { rows } = await app.sql.query('SELECT password_hash FROM members LIMIT 1');
  const setHash = async (hash: string, loginIds: string[]): Promise<void> => {
    await app.sql.query('UPDATE members SET password_hash = $1 WHERE login_id = ANY($2)', [hash, loginIds]);
    await app.sql.query('ANALYZE members');
    await app.sql.query('SELECT pg_notify($1, $2)', [LEGACY_HASHES_CHANNEL, '']);
  };
  const legacy = known.filter((_, index) => index % 8 > 0).map(({ loginId }) => loginId);
  const tag = pbkdf2Sync(password, 'seasalt', ITERATIONS, 32, 'sha256').toString('base64').replace('=', '');
  await setHash(
    `$pbkdf2-sha256$i=${ITERATIONS}$${Buffer.from('seasalt').toString('base64').replace(/=/g, '')}$${tag}`,
    legacy,
  );
  try {
    await expectEqualTimes('a login, legacy hashes', (kind, index) =>
      REQUESTS['a login']!(app.client(), { known, unknown }[kind][index % PEOPLE]!, index),
    );
  } finally {
    await setHash(rows[0].password_hash, legacy);
  }
});
