import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique, type GivenMember, type SignUpValues } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox, type Mail } from '../support/mailbox.js';
import { RaceCluster, refusals } from '../support/race-cluster.js';
import { askFor, resetTokenFor } from '../support/recovery.js';
import { codeAt, enrol, type EnrolledMember } from '../support/second-factor.js';
import type { TestApp } from '../support/test-app.js';
import { howMany } from '../support/test-length.js';

const SUBMISSIONS = 50;
const ROUNDS = howMany({ short: 1, long: 200 });

/**
 * A secret that works once: how a test gets it, how it is sent, and how later requests are refused.
 */
interface OneTimeSecret<T> {
  get(app: TestApp): Promise<T>;
  use(server: TestApp, ready: T, index: number): Promise<HttpAnswer>;
  late: number[];
  /** Further checks afterwards. */
  check?(app: TestApp, ready: T, answers: HttpAnswer[]): Promise<void>;
}

let cluster: RaceCluster;
beforeAll(async () => {
  cluster = await RaceCluster.start();
});
afterAll(() => cluster.stop());

async function race<T>(title: string, { get, use, late, check }: OneTimeSecret<T>): Promise<void> {
  await cluster.rounds(
    ROUNDS,
    () => get(cluster.app),
    async (ready) => {
      const answers = await cluster.atOnce(SUBMISSIONS, (server, index) => use(server, ready, index));
      cluster.score(title, answers);
      expect(late).toEqual(expect.arrayContaining(refusals(answers)));
      await check?.(cluster.app, ready, answers);
    },
  );
}

interface Claim extends SignUpValues {
  signUpId: string;
  mail: Mail;
}

async function claim(app: TestApp): Promise<Claim> {
  const values = unique.signUp();
  const { body } = await app.client().post('/api/auth/sign-up', values).expect(202);
  return { ...values, signUpId: body.signUpId, mail: await mailbox.to(values.email).next() };
}

/** One member, one session: the refused requests left nothing behind. */
async function expectOneMember(app: TestApp, { email }: Claim): Promise<void> {
  const { rows } = await app.sql.query(
    `SELECT count(DISTINCT m.id)::int AS members, count(s.id)::int AS sessions FROM members m JOIN sessions s ON s.member_id = m.id
     WHERE m.email_key = $1`,
    [email],
  );
  expect(rows).toEqual([{ members: 1, sessions: 1 }]);
}

interface Move {
  member: GivenMember;
  newEmail: string;
  requestId: string;
  mail: Mail;
}

/** A member who has requested an address change. */
async function move(app: TestApp): Promise<Move> {
  const member = await given.member(app);
  const newEmail = unique.email();
  const { body } = await member.client
    .post('/api/members/me/email/send-code', { newEmail, password: member.password }, member.accessToken)
    .expect(202);
  return { member, newEmail, requestId: body.requestId, mail: await mailbox.to(newEmail).next() };
}

async function expectMovedOnce(app: TestApp, { member, newEmail }: Move): Promise<void> {
  const { rows } = await app.sql.query(
    `SELECT email, (SELECT count(*)::int FROM email_changes WHERE member_id = m.id) AS changes FROM members m WHERE id = $1`,
    [member.id],
  );
  expect(rows).toEqual([{ email: newEmail, changes: 1 }]);
}

/** The link that undoes the change, from the mail to the old address. */
async function undoToken(app: TestApp): Promise<{ member: GivenMember; token: string }> {
  const { member, mail } = await move(app);
  await app.post('/api/members/me/email/confirm-link', { token: mail.linkToken }).expect(204);
  const notice = (await mailbox.to(member.email).waitForCount(2)).at(-1)!;
  return { member, token: notice.linkToken! };
}

/** Several logins that wait for the second factor. */
interface HalfLoggedIn extends EnrolledMember {
  mfaTokens: string[];
}

async function halfLoggedIn(app: TestApp): Promise<HalfLoggedIn> {
  const member = await enrol(await given.member(app));
  const mfaTokens: string[] = [];
  for (let login = 0; login < 5; login += 1) {
    const { body } = await member.client
      .post('/api/auth/login', { identifier: member.loginId, password: member.password })
      .expect(200);
    mfaTokens.push(body.mfaToken);
  }
  return { ...member, mfaTokens };
}

const secondFactor = (server: TestApp, { mfaTokens }: HalfLoggedIn, index: number, code: string) =>
  server.client().post('/api/auth/login/mfa', { mfaToken: mfaTokens[index % mfaTokens.length], code });

describe('CC-01 fifty simultaneous requests over several servers with one', () => {
  it('sign-up code: one member, one session', () =>
    race('sign-up code', {
      get: claim,
      use: (server, { signUpId, mail }) =>
        server.client().post('/api/auth/sign-up/confirm-code', { signUpId, code: mail.code }),
      late: [400, 409],
      check: expectOneMember,
    }));

  it('sign-up link: one member, one session', () =>
    race('sign-up link', {
      get: claim,
      use: (server, { signUpId, mail }) =>
        server.client().post('/api/auth/sign-up/confirm-link', { token: mail.linkToken, signUpId }),
      late: [400, 409],
      check: expectOneMember,
    }));

  it('sign-up mail, by code and by link: one member, one session', () =>
    race('sign-up code and link', {
      get: claim,
      use: (server, { signUpId, mail }, index) =>
        index % 2 === 0
          ? server.client().post('/api/auth/sign-up/confirm-code', { signUpId, code: mail.code })
          : server.client().post('/api/auth/sign-up/confirm-link', { token: mail.linkToken, signUpId }),
      late: [400, 409],
      check: expectOneMember,
    }));

  it('reset code: one reset token', () =>
    race('reset code', {
      get: async (app) => askFor(app, 'password-reset', await given.member(app)),
      use: (server, { requestId, mail }) =>
        server.post('/api/auth/password-reset/confirm-code', { requestId, code: mail.code }),
      late: [400],
    }));

  it('reset link: one reset token', () =>
    race('reset link', {
      get: async (app) => askFor(app, 'password-reset', await given.member(app)),
      use: (server, { mail }) => server.post('/api/auth/password-reset/confirm-link', { token: mail.linkToken }),
      late: [400],
    }));

  it('reset mail, by code and by link: one reset token', () =>
    race('reset code and link', {
      get: async (app) => askFor(app, 'password-reset', await given.member(app)),
      use: (server, { requestId, mail }, index) =>
        index % 2 === 0
          ? server.post('/api/auth/password-reset/confirm-link', { token: mail.linkToken })
          : server.post('/api/auth/password-reset/confirm-code', { requestId, code: mail.code }),
      late: [400],
    }));

  it('O3 reset token: one new password, and it alone opens the account', () =>
    race('reset token', {
      get: async (app) => {
        const member = await given.member(app);
        const passwords = Array.from({ length: SUBMISSIONS }, () => unique.password());
        return { member, passwords, token: await resetTokenFor(app, member) };
      },
      use: (server, { passwords, token }, index) =>
        server.post('/api/auth/password-reset', { newPassword: passwords[index] }, token),
      late: [401],
      check: async (app, { member, passwords }, answers) => {
        const login = (password: string) =>
          cluster.any().client().post('/api/auth/login', { identifier: member.loginId, password });
        const winner = passwords[answers.findIndex(({ status }) => status === 204)]!;
        await login(winner).expect(200);
        const losers = passwords.filter((password) => password !== winner);
        for (const password of [member.password, cluster.random.pick(losers), losers.at(-1)!])
          await login(password).expect(401);
        const { rows } = await app.sql.query('SELECT password_version AS version FROM members WHERE id = $1', [
          member.id,
        ]);
        expect(rows).toEqual([{ version: 2 }]);
      },
    }));

  it('login ID code: one masked login ID', () =>
    race('find-ID code', {
      get: async (app) => askFor(app, 'login-id', await given.member(app)),
      use: (server, { requestId, mail }) =>
        server.post('/api/auth/login-id/confirm-code', { requestId, code: mail.code }),
      late: [400],
    }));

  it('code for a new address: the address changes once', () =>
    race('address code', {
      get: move,
      use: (server, { member, requestId, mail }) =>
        server.post('/api/members/me/email/confirm-code', { requestId, code: mail.code }, member.accessToken),
      late: [400],
      check: expectMovedOnce,
    }));

  it('link for a new address: the address changes once', () =>
    race('address link', {
      get: move,
      use: (server, { mail }) => server.post('/api/members/me/email/confirm-link', { token: mail.linkToken }),
      late: [400],
      check: expectMovedOnce,
    }));

  it('link that undoes a change: it is undone once', () =>
    race('undo link', {
      get: undoToken,
      use: (server, { token }) => server.post('/api/members/me/email/undo', { token }),
      late: [400],
      check: async (app, { member }) => {
        const { rows } = await app.sql.query('SELECT email FROM members WHERE id = $1', [member.id]);
        expect(rows).toEqual([{ email: member.email }]);
        const { rows: resets } = await app.sql.query(
          `SELECT count(*)::int AS mails FROM outbox_messages WHERE member_id = $1 AND template = 'password-reset'`,
          [member.id],
        );
        expect(resets).toEqual([{ mails: 1 }]);
      },
    }));

  it('OC-08 recovery code, over five logins under way: one succeeds', () =>
    race('recovery code', {
      get: halfLoggedIn,
      use: (server, ready, index) => secondFactor(server, ready, index, ready.recoveryCodes[0]!),
      late: [400, 401, 429],
    }));

  it('OC-07 TOTP time step, over five logins under way: one succeeds', () =>
    race('TOTP step', {
      get: async (app) => ({ ...(await halfLoggedIn(app)), code: '' }),
      // One code for all requests, made only now, because rounds are prepared ahead.
      use: (server, ready, index) => secondFactor(server, ready, index, (ready.code ||= codeAt(ready.secret, 1))),
      late: [400, 401, 429],
    }));
});
