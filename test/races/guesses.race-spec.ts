import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { RaceCluster, refusals } from '../support/race-cluster.js';
import { askFor, newestEmailChallenge, wrong } from '../support/recovery.js';
import { codeAt, enrol } from '../support/second-factor.js';
import type { TestApp } from '../support/test-app.js';
import { howMany } from '../support/test-length.js';

const GUESSES = 200;
const ROUNDS = howMany({ short: 1, long: 200 });
/**
 * Fewer rounds where passwords are hashed. A login hashes every guess, even one that it does not evaluate, so that the
 * response time does not reveal the difference.
 */
const HASHED_ROUNDS = howMany({ short: 1, long: 20 });

let cluster: RaceCluster;
beforeAll(async () => {
  cluster = await RaceCluster.start();
});
afterAll(() => cluster.stop());

/** Counts the audit events of some requests by type and reason. */
async function recorded(app: TestApp, answers: HttpAnswer[]): Promise<Record<string, number>> {
  const { rows } = await app.sql.query<{ what: string; times: number }>(
    `SELECT type || coalesce(' ' || (details->>'reason'), '') AS what, count(*)::int AS times
     FROM security_events WHERE request_id = ANY($1) GROUP BY 1`,
    [answers.map(({ body }) => body.requestId)],
  );
  return Object.fromEntries(rows.map(({ what, times }) => [what, times]));
}

describe('two hundred simultaneous wrong guesses over several servers', () => {
  it('CC-02 BF-07 at a reset code five are checked, and the right one is refused', () =>
    cluster.rounds(
      ROUNDS,
      async () => {
        const member = await given.member(cluster.app);
        return { member, ...(await askFor(cluster.app, 'password-reset', member)) };
      },
      async ({ member, requestId, mail }) => {
        const guess = (server: TestApp, code: string) =>
          server.post('/api/auth/password-reset/confirm-code', { requestId, code });
        const answers = await cluster.atOnce(GUESSES, (server, index) => guess(server, wrong(mail.code, index + 1)));
        cluster.score('wrong reset codes', answers, { expected: 0 });
        expect(refusals(answers)).toEqual([400]);
        expect((await newestEmailChallenge(cluster.app, member.email)).guesses).toBe(5);
        const late = await guess(cluster.any(), mail.code);
        expect([late.status, late.body.code]).toEqual([400, 'code_invalid']);
      },
    ));

  it('CC-02 BF-07 at a sign-up code five are checked, and the right one is refused', () =>
    cluster.rounds(
      ROUNDS,
      async () => {
        const values = unique.signUp();
        const { body } = await cluster.app.client().post('/api/auth/sign-up', values).expect(202);
        return { email: values.email, signUpId: body.signUpId, mail: await mailbox.to(values.email).next() };
      },
      async ({ email, signUpId, mail }) => {
        const guess = (server: TestApp, code: string) =>
          server.post('/api/auth/sign-up/confirm-code', { signUpId, code });
        const answers = await cluster.atOnce(GUESSES, (server, index) => guess(server, wrong(mail.code!, index + 1)));
        cluster.score('wrong sign-up codes', answers, { expected: 0 });
        expect(refusals(answers)).toEqual([400]);
        expect((await newestEmailChallenge(cluster.app, email)).guesses).toBe(5);
        const late = await guess(cluster.any(), mail.code!);
        expect([late.status, late.body.code]).toEqual([400, 'code_invalid']);
      },
    ));

  it('CC-02 BF-07 over all codes of an address fifty a day are checked, and a new code adds none', async () => {
    const { app } = cluster;
    const member = await given.member(app);
    await app.sql.query(`DELETE FROM rate_limits WHERE key LIKE 'guess-day%'`); // the sign-up used one
    // Ten codes allow five guesses each; the daily limit refuses those of the eleventh.
    for (let request = 0; request < 11; request += 1) {
      await app.sql.query(`DELETE FROM rate_limits WHERE key LIKE 'mail%'`);
      const { requestId, mail } = await askFor(app, 'password-reset', member);
      const answers = await cluster.atOnce(20, (server, index) =>
        server.post('/api/auth/password-reset/confirm-code', { requestId, code: wrong(mail.code, index + 1) }),
      );
      cluster.score('wrong codes of one day', answers, { expected: 0 });
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(request < 10 ? 0 : 5);
    }
  });

  it('CC-02 OC-10 at a second factor five are checked, and the right one has to wait', () =>
    cluster.rounds(
      HASHED_ROUNDS,
      async () => {
        const member = await enrol(await given.member(cluster.app));
        const login = { identifier: member.loginId, password: member.password };
        const { body } = await member.client.post('/api/auth/login', login).expect(200);
        return { ...member, mfaToken: body.mfaToken as string };
      },
      async ({ id, secret, mfaToken }) => {
        const right = codeAt(secret, 1);
        const guess = (server: TestApp, code: string) =>
          server.client().post('/api/auth/login/mfa', { mfaToken, code });
        // Outside the accepted time steps, all different.
        const answers = await cluster.atOnce(GUESSES, (server, index) => guess(server, wrong(right, 1000 + index)));
        cluster.score('wrong second factors', answers, { expected: 0 });
        expect(refusals(answers)).toEqual([400, 429]);
        expect(answers.filter(({ status }) => status === 400)).toHaveLength(5);
        const late = await guess(cluster.any(), right);
        expect([late.status, late.body.code]).toEqual([429, 'too_many_attempts']);
        const { rows } = await cluster.app.sql.query('SELECT FROM sessions WHERE member_id = $1', [id]);
        expect(rows).toHaveLength(1);
      },
    ));

  it('BF-03 CC-02 at a password ten are checked, and the right one has to wait', () =>
    cluster.rounds(
      HASHED_ROUNDS,
      () => given.member(cluster.app),
      async ({ id, loginId, email, password }: GivenMember) => {
        // By login ID and address: each has its own queue, and both share one count.
        const login = (server: TestApp, guess: string, identifier = loginId) =>
          server.client().post('/api/auth/login', { identifier, password: guess });
        const answers = await cluster.atOnce(GUESSES, (server, index) =>
          login(server, `wrong giraffe ${index}`, index % 2 === 0 ? loginId : email),
        );
        cluster.score('wrong passwords', answers, { expected: 0 });
        expect(refusals(answers)).toEqual([401]);
        expect(await recorded(cluster.app, answers)).toEqual({ 'login.failed password': 10, 'login.throttled': 190 });
        for (const server of cluster.servers)
          expect((await login(server, password)).body.code).toBe('invalid_credentials');
        const { rows } = await cluster.app.sql.query('SELECT FROM sessions WHERE member_id = $1', [id]);
        expect(rows).toHaveLength(1);
      },
    ));
});
