import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { RaceCluster } from '../support/race-cluster.js';
import { resetTokenFor } from '../support/recovery.js';
import { expectSessionEnded, expectRefusal } from '../support/refusals.js';
import type { TestApp } from '../support/test-app.js';
import { howMany } from '../support/test-length.js';

let cluster: RaceCluster;
beforeAll(async () => {
  cluster = await RaceCluster.start();
});
afterAll(() => cluster.stop());

/** The tokens of a login or a refresh. */
interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const refresh = (server: TestApp, token: string) => server.post('/api/auth/refresh', undefined, token);

async function login(member: GivenMember, password = member.password): Promise<Tokens> {
  const { loginId: identifier, deviceToken, client } = member;
  return (await client.post('/api/auth/login', { identifier, password, deviceToken }).expect(200)).body;
}

/**
 * Expects that no server accepts these tokens. Waits until every server knows that the session of an
 * access token has ended.
 */
async function expectAllDead(tokens: Tokens[]): Promise<void> {
  for (const { accessToken, refreshToken } of tokens) {
    await expectSessionEnded(accessToken, ...cluster.servers);
    for (const server of cluster.servers) expectRefusal(await refresh(server, refreshToken), 'session_ended');
  }
}

/** The tokens of the successful responses. */
const minted = (answers: HttpAnswer[]): Tokens[] =>
  answers.filter(({ status }) => status === 200).map(({ body }) => body as Tokens);

async function alarmsOf(member: GivenMember): Promise<number> {
  const { rows } = await cluster.app.sql.query(
    `SELECT count(*)::int AS alarms FROM security_events WHERE member_id = $1 AND type = 'session.reuse_detected'`,
    [member.id],
  );
  return rows[0].alarms;
}

describe('one refresh token, fifty times at the same moment, over several servers', () => {
  it('CC-03 one request rotates, the others get the same successor, and the session continues', async () => {
    let member = await given.member(cluster.app);
    let token = member.refreshToken;
    for (let round = 1; round <= howMany({ short: 5, long: 200 }); round += 1) {
      // Sometimes a new session, because the first rotation is a separate case.
      if (round % 20 === 0) {
        member = await given.member(cluster.app);
        token = member.refreshToken;
      }
      const answers = await cluster.atOnce(50, (server) => refresh(server, token));
      cluster.score('one refresh token', answers, { expected: 50 });
      expect(answers.filter(({ body }) => body.outcome === 'rotated')).toHaveLength(1);
      expect(answers.filter(({ body }) => body.outcome === 'replayed')).toHaveLength(49);
      expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
      token = answers[0]!.body.refreshToken;
      await cluster.any().get('/api/members/me', answers[0]!.body.accessToken).expect(200);
      // No false alarm: ending the session here would log out an honest client.
      expect(await alarmsOf(member)).toBe(0);
    }
    await refresh(cluster.any(), token).expect(200);
  });

  it('CC-03 TK-06 two rotations later it ends the session and raises one alarm', async () => {
    await cluster.rounds(
      howMany({ short: 2, long: 50 }),
      () => given.member(cluster.app),
      async (member) => {
        const { body } = await refresh(cluster.any(), member.refreshToken).expect(200);
        const { body: newest } = await refresh(cluster.any(), body.refreshToken).expect(200);
        const answers = await cluster.atOnce(50, (server) => refresh(server, member.refreshToken));
        cluster.score('a replayed refresh token', answers, { expected: 0 });
        expect(answers.filter(({ body }) => body.code === 'token_reused').length).toBeGreaterThan(0);
        expect(await alarmsOf(member)).toBe(1);
        expectRefusal(await refresh(cluster.any(), newest.refreshToken), 'session_ended');
      },
    );
  });
});

describe('tabs that share a cookie without locks', () => {
  it('CC-03 TK-06 all stay signed in when one has the successor while another still sends the first token', async () => {
    // Opens the connections first, as a browser has them open: opening one takes longer than a refresh.
    for (const server of cluster.servers)
      await Promise.all(Array.from({ length: 6 }, () => server.get('/health/live').expect(200)));
    let member = await given.member(cluster.app);
    let token = member.refreshToken;
    for (let round = 1; round <= howMany({ short: 20, long: 400 }); round += 1) {
      if (round % 20 === 0) {
        member = await given.member(cluster.app);
        token = member.refreshToken;
      }
      const server = cluster.any(); // which reads its requests in the order of arrival
      const early = Array.from({ length: 2 + cluster.random.below(3) }, () => refresh(server, token));
      const { body: first } = await Promise.race(early);
      const answers = [await refresh(server, first.refreshToken), ...(await Promise.all(early))];
      cluster.score('tabs without locks', answers, { expected: answers.length });
      expect(await alarmsOf(member)).toBe(0);
      token = answers[0]!.body.refreshToken;
    }
  });
});

describe('refresh racing the end of its session', () => {
  it('CC-04 after an acknowledged logout nothing is alive', async () => {
    const member = await given.member(cluster.app);
    let rotations = 0;
    await cluster.rounds(
      howMany({ short: 12, long: 200 }),
      () => login(member),
      async (tokens) => {
        const loggingOut = cluster.random.below(3);
        const byAccess = cluster.random.below(2) === 0;
        const answers = await cluster.atOnce(3, (server, index) =>
          index === loggingOut
            ? server.post('/api/auth/logout', undefined, byAccess ? tokens.accessToken : tokens.refreshToken)
            : refresh(server, tokens.refreshToken),
        );
        expect(answers[loggingOut]!.status).toBe(204);
        const alive = minted(answers);
        rotations += alive.length;
        cluster.score('refresh against logout', answers, { expected: 1 + alive.length });
        await expectAllDead([tokens, ...alive]);
      },
    );
    // Otherwise every logout came first and the race was not tested.
    expect(rotations).toBeGreaterThan(0);
  });

  it('CC-04 TK-09 after closing the account nothing is alive', async () => {
    await cluster.rounds(
      howMany({ short: 2, long: 100 }),
      async () => ({ member: await given.member(cluster.app) }),
      async ({ member }) => {
        const closing = cluster.any().delete('/api/members/me', { password: member.password }, member.accessToken);
        const alive: Tokens[] = [member];
        // Refreshes until a refresh is refused. The session ends at any moment in between.
        let answer = await refresh(cluster.any(), member.refreshToken);
        for (; answer.status === 200; answer = await refresh(cluster.any(), answer.body.refreshToken))
          alive.push(answer.body as Tokens);
        cluster.score('refresh against closing', [await closing]);
        expectRefusal(answer, 'session_ended');
        await expectAllDead(alive.slice(-2));
      },
    );
  });

  it('CC-04 TK-09 after disabling a member no refresh token works', async () => {
    await cluster.rounds(
      howMany({ short: 2, long: 100 }),
      async () => ({ member: await given.member(cluster.app) }),
      async ({ member }) => {
        const disabling = cluster.app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [member.id]);
        let answer = await refresh(cluster.any(), member.refreshToken);
        const alive: Tokens[] = [member];
        for (; answer.status === 200; answer = await refresh(cluster.any(), answer.body.refreshToken))
          alive.push(answer.body as Tokens);
        await disabling;
        cluster.score('refresh against disabling', [answer], { expected: 0 });
        for (const { refreshToken } of alive.slice(-2))
          expect((await refresh(cluster.any(), refreshToken)).status).toBe(401);
      },
    );
  });

  it('CC-04 after a password reset nothing is alive', async () => {
    await cluster.rounds(
      howMany({ short: 2, long: 100 }),
      async () => {
        const member = await given.member(cluster.app);
        return { member, grant: await resetTokenFor(cluster.app, member) };
      },
      async ({ member, grant }) => {
        const reset = cluster.any().post('/api/auth/password-reset', { newPassword: unique.password() }, grant);
        const alive: Tokens[] = [member];
        let answer = await refresh(cluster.any(), member.refreshToken);
        for (; answer.status === 200; answer = await refresh(cluster.any(), answer.body.refreshToken))
          alive.push(answer.body as Tokens);
        cluster.score('refresh against reset', [await reset]);
        await expectAllDead(alive.slice(-2));
      },
    );
  });
});

describe('login with the old password racing a reset', () => {
  it('CC-04 no session of the old password survives', async () => {
    await cluster.rounds(
      howMany({ short: 2, long: 100 }),
      async () => {
        const member = await given.member(cluster.app);
        return { member, grant: await resetTokenFor(cluster.app, member), newPassword: unique.password() };
      },
      async ({ member, grant, newPassword }) => {
        // Logins after the reset fail. They are fewer than LOGIN_FAILURE_LIMIT, so that the last login need not wait.
        const resetting = cluster.random.below(10);
        const answers = await cluster.atOnce(10, (server, index) =>
          index === resetting
            ? server.post('/api/auth/password-reset', { newPassword }, grant)
            : server.post('/api/auth/login', { identifier: member.loginId, password: member.password }),
        );
        expect(answers[resetting]!.status).toBe(204);
        const alive = minted(answers);
        cluster.score('login against reset', answers, { expected: 1 + alive.length });
        await expectAllDead([...alive, member]);
        const { rows } = await cluster.app.sql.query(
          'SELECT count(*)::int AS live FROM sessions WHERE member_id = $1 AND ended_at IS NULL',
          [member.id],
        );
        expect(rows).toEqual([{ live: 0 }]);
        await cluster.any().post('/api/auth/login', { identifier: member.loginId, password: newPassword }).expect(200);
      },
    );
  });
});
