import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { given, type GivenMember } from '../support/factories.js';
import { about } from '../support/lifetimes.js';
import { mailbox } from '../support/mailbox.js';
import { expectSessionEnded, expectRefusal } from '../support/refusals.js';
import { ageSession } from '../support/session-age.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken, TokenForge } from '../support/token-forge.js';

const DAY = 86_400;

/** Two processes on one database, as behind a load balancer. */
let app: TestApp;
let other: TestApp;
const forge = new TokenForge();

beforeAll(async () => {
  app = await TestApp.start();
  other = await app.replica();
});
afterAll(() => app.stop());

const refresh = (token: string, at = app) => at.post('/api/auth/refresh', undefined, token);

/** The row of a session. */
async function rowOf(sessionId: string): Promise<Record<string, any>> {
  const { rows } = await app.sql.query('SELECT * FROM sessions WHERE id = $1', [sessionId]);
  return rows[0];
}

const age = (sessionId: string, seconds: number) => ageSession(app.sql, sessionId, seconds);

async function eventsOf(member: GivenMember, type: string): Promise<any[]> {
  const { rows } = await app.sql.query('SELECT * FROM security_events WHERE member_id = $1 AND type = $2', [
    member.id,
    type,
  ]);
  return rows;
}

describe('refresh', () => {
  it('a refresh token in the Authorization header returns the next pair', async () => {
    const ada = await given.member(app);
    const { body } = await refresh(ada.refreshToken).expect(200);
    expect(body).toEqual({
      status: 'authenticated',
      tokenType: 'Bearer',
      accessToken: expect.any(String),
      expiresIn: about(600),
      refreshToken: expect.any(String),
      refreshExpiresIn: about(14 * DAY),
      sessionId: ada.sessionId,
      outcome: 'rotated',
    });
    expect(body.refreshToken).not.toBe(ada.refreshToken);
    expect((await app.get('/api/members/me', body.accessToken).expect(200)).body.id).toBe(ada.id);
    expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 1, ended_at: null });
  });

  it('a refresh token in the body works too', async () => {
    const ada = await given.member(app);
    const { body } = await app.post('/api/auth/refresh', { refreshToken: ada.refreshToken }).expect(200);
    expect(body).toMatchObject({ outcome: 'rotated', sessionId: ada.sessionId });
    expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 1 });
  });

  it('a request without a token, or with further fields, is refused', async () => {
    const ada = await given.member(app);
    expectRefusal(await app.post('/api/auth/refresh'), 'token_invalid');
    expectRefusal(await app.post('/api/auth/refresh', {}), 'token_invalid');
    expectRefusal(await app.post('/api/auth/refresh', { refreshToken: [ada.refreshToken] }), 'token_invalid');
    await app.post('/api/auth/refresh', { refreshToken: ada.refreshToken, sessionId: ada.sessionId }).expect(422);
    expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 0, ended_at: null });
  });

  it('the earlier access token stays valid until it expires', async () => {
    const ada = await given.member(app);
    await refresh(ada.refreshToken).expect(200);
    await app.get('/api/members/me', ada.accessToken).expect(200);
  });

  it('access tokens, reset tokens and other text are refused, in header and body', async () => {
    const ada = await given.member(app);
    await app.sql.query('UPDATE members SET must_change_password = true WHERE id = $1', [ada.id]);
    const login = await app.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(200);
    for (const token of [ada.accessToken, login.body.resetToken, ada.deviceToken, ada.sessionId, 'x']) {
      expectRefusal(await refresh(token), 'token_invalid');
      expectRefusal(await app.post('/api/auth/refresh', { refreshToken: token }), 'token_invalid');
    }
    expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 0, ended_at: null });
  });
});

describe('refreshes that arrive together', () => {
  it('each valid token gets its own successor, whichever others are invalid', async () => {
    const members = await Promise.all(Array.from({ length: 8 }, () => given.member(app)));
    const [gone, ...here] = members;
    await app.sql.query('UPDATE sessions SET ended_at = now() WHERE id = $1', [gone!.sessionId]);

    const [refused, ...answers] = await Promise.all(members.map(({ refreshToken }) => refresh(refreshToken)));

    expectRefusal(refused!, 'session_ended');
    for (const [index, { id, sessionId }] of here.entries()) {
      const { body } = answers[index]!;
      expect(body).toMatchObject({ outcome: 'rotated', sessionId });
      expect((await app.get('/api/members/me', body.accessToken).expect(200)).body.id).toBe(id);
      expect(await rowOf(sessionId)).toMatchObject({ generation: 1 });
    }
  });
});

describe('a refresh token used twice', () => {
  it('TK-06 within the grace period it returns the same successor and creates nothing, on any process', async () => {
    const ada = await given.member(app);
    const { body: winner } = await refresh(ada.refreshToken).expect(200);
    const before = await rowOf(ada.sessionId);
    for (const at of [app, other, app]) {
      const { body: loser } = await refresh(ada.refreshToken, at).expect(200);
      expect(loser).toMatchObject({ outcome: 'replayed', refreshToken: winner.refreshToken, sessionId: ada.sessionId });
      await at.get('/api/members/me', loser.accessToken).expect(200);
    }
    expect(await rowOf(ada.sessionId)).toEqual(before);
    expect(before).toMatchObject({ generation: 1 });
    const { rows } = await app.sql.query('SELECT FROM sessions WHERE member_id = $1', [ada.id]);
    expect(rows).toHaveLength(1);
    expect((await refresh(winner.refreshToken).expect(200)).body.outcome).toBe('rotated');
  });

  it('TK-06 two rotations later it ends the session, kills its access tokens and mails the owner', async () => {
    const ada = await given.member(app);
    const bystander = await ada.client
      .post('/api/auth/login', { identifier: ada.loginId, password: ada.password })
      .expect(200);
    const [welcome] = await mailbox.to(ada.email).all();
    const { body: first } = await refresh(ada.refreshToken).expect(200);
    const { body: second } = await refresh(first.refreshToken, other).expect(200);

    expectRefusal(await refresh(ada.refreshToken), 'token_reused');
    expectRefusal(await refresh(second.refreshToken), 'session_ended');
    expectRefusal(await refresh(first.refreshToken, other), 'session_ended');
    expectRefusal(await app.get('/api/members/me', second.accessToken), 'session_ended');
    for (const { accessToken } of [ada, first, second]) await expectSessionEnded(accessToken, app, other);

    expect(await rowOf(ada.sessionId)).toMatchObject({ end_reason: 'token-reuse', generation: 2 });
    const alarm = await mailbox.to(ada.email).next({ after: welcome });
    expect(alarm.to).toEqual([ada.email]);
    expect(alarm.code).toBeUndefined();
    const { rows } = await app.sql.query('SELECT template FROM outbox_messages WHERE member_id = $1', [ada.id]);
    expect(rows.map(({ template }) => template)).toContain('session-reused');
    // The member's other devices are not affected.
    await app.get('/api/members/me', bystander.body.accessToken).expect(200);
    await refresh(bystander.body.refreshToken).expect(200);
  });

  it.each([0, 1, 2])(
    'TK-06 it returns the current tokens if it arrived before two more rotations committed (%i already made)',
    async (before) => {
      const ROTATE = `UPDATE sessions SET generation = generation + 1, rotated_at = clock_timestamp() WHERE id = $1`;
      const ada = await given.member(app);
      const others = await app.sql.connect();
      try {
        await others.query('BEGIN');
        await others.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [ada.sessionId]);
        for (let done = 0; done < before; done++) await others.query(ROTATE, [ada.sessionId]);
        const answer = refresh(ada.refreshToken).then((response) => response);
        await eventually('the refresh waits for its turn', async () => {
          const { rows } = await app.sql.query(
            `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'WITH requested%'`,
          );
          return rows.length > 0 ? true : undefined;
        });
        for (let done = before; done < 2; done++) await others.query(ROTATE, [ada.sessionId]);
        await others.query('COMMIT');

        const { status, body } = await answer;
        expect([status, body.outcome]).toEqual([200, 'replayed']);
        expect((await refresh(body.refreshToken).expect(200)).body.outcome).toBe('rotated');
        expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 3, end_reason: null });
        expect(await eventsOf(ada, 'session.reuse_detected')).toEqual([]);
      } finally {
        others.release();
      }
    },
  );

  it('TK-06 simultaneous replays raise one alarm', async () => {
    const ada = await given.member(app);
    const { body: first } = await refresh(ada.refreshToken).expect(200);
    await refresh(first.refreshToken).expect(200);
    const before = await mailbox.count(ada.email, app);

    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => refresh(ada.refreshToken, i % 2 ? app : other)),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(['token_reused', 'session_ended']).toContain(body.code);
    }
    expect(answers.some(({ body }) => body.code === 'token_reused')).toBe(true);
    expect(await eventsOf(ada, 'session.reuse_detected')).toHaveLength(1);
    expect(await eventsOf(ada, 'session.ended')).toHaveLength(1);
    await mailbox.to(ada.email).waitForCount(before + 1);
    await mailbox.expectNone(ada.email, app, before + 1);
  });

  it('TK-06 it is an ordinary replay until the grace period ends, and is counted as a late replay afterwards', async () => {
    const [ada, eve] = await Promise.all([given.member(app), given.member(app)]);
    for (const { refreshToken } of [ada, eve]) await refresh(refreshToken).expect(200);
    const rotated = `UPDATE sessions SET rotated_at = now() - make_interval(secs => $2) WHERE id = $1`;
    await app.sql.query(rotated, [ada.sessionId, -30]); // the grace period cannot end during the test
    await app.sql.query(rotated, [eve.sessionId, 10]);
    for (const { refreshToken } of [ada, eve])
      expect((await refresh(refreshToken).expect(200)).body.outcome).toBe('replayed');
    expect(await eventsOf(ada, 'session.late_replay')).toEqual([]);
    expect(await eventsOf(eve, 'session.late_replay')).toHaveLength(1);
  });

  it('TK-06 with REFRESH_GRACE_SECONDS=0 and REFRESH_LATE_REPLAYS=0 the first replay ends the session', async () => {
    const strict = await app.replica({ env: { REFRESH_GRACE_SECONDS: '0', REFRESH_LATE_REPLAYS: '0' } });
    const ada = await given.member(app);
    const { body: first } = await refresh(ada.refreshToken, strict).expect(200);
    expectRefusal(await refresh(ada.refreshToken, strict), 'token_reused');
    expectRefusal(await refresh(first.refreshToken, strict), 'session_ended');
    expectRefusal(await refresh(first.refreshToken), 'session_ended');
  });

  it('TK-07 it is still recognised after every process was killed and restarted', async () => {
    const ada = await given.member(app);
    const { body: first } = await refresh(ada.refreshToken).expect(200);
    const { body: second } = await refresh(first.refreshToken, other).expect(200);
    await Promise.all([app.kill(), other.kill()]);

    await app.restart();
    await app.get('/api/members/me', second.accessToken).expect(200);
    expectRefusal(await refresh(ada.refreshToken), 'token_reused');
    // A process that starts later knows earlier revocations.
    await other.restart();
    for (const at of [app, other]) {
      expectRefusal(await at.get('/api/members/me', second.accessToken), 'session_ended');
      expectRefusal(await refresh(second.refreshToken, at), 'session_ended');
    }
  });
});

describe('the previous refresh token after the grace period', () => {
  const KOREA = ['168.126.63.1', '211.231.99.1'] as const;
  const JAPAN = '133.11.0.1';
  const CHROME =
    'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36';
  const NEWER_CHROME = CHROME.replace('130.0', '131.0').replace('Android 14', 'Android 15');
  const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

  /** Refreshes as a client with another address, user agent or device token. */
  const refreshFrom = (
    token: string,
    { ip, userAgent, deviceToken, at = app }: { ip?: string; userAgent?: string; deviceToken?: string; at?: TestApp },
  ) => {
    const client = at.client({ ip, headers: { 'user-agent': userAgent } });
    return client.post('/api/auth/refresh', { refreshToken: token, deviceToken });
  };
  const later = (sessionId: string) => age(sessionId, 3600);
  const successor = (token: string) => decodeToken(token).claims.jti;

  it('RB-01 it returns the same successor on any process, with an access token that works, and sends no mail', async () => {
    const ada = await given.member(app);
    const mails = await mailbox.count(ada.email, app);
    const { body: lost } = await refresh(ada.refreshToken).expect(200);
    await later(ada.sessionId);
    for (const at of [app, other, app]) {
      const { body } = await refresh(ada.refreshToken, at).expect(200);
      expect(body.outcome).toBe('replayed');
      expect(successor(body.refreshToken)).toBe(successor(lost.refreshToken));
      await at.get('/api/members/me', body.accessToken).expect(200);
    }
    expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 1, late_replays: 1, ended_at: null });
    const events = await eventsOf(ada, 'session.late_replay');
    expect(events.map(({ details }) => details)).toEqual(
      Array.from({ length: 3 }, () => ({ generation: 0, inARow: 1 })),
    );
    expect((await refresh(lost.refreshToken).expect(200)).body.outcome).toBe('rotated');
    await mailbox.expectNone(ada.email, app, mails);
  });

  it('RB-01 it works beyond its own expiry while the session lives, and no other expired token does', async () => {
    const ada = await given.member(app);
    const now = Math.floor(Date.now() / 1000);
    const expired = forge.alter('refresh', ada.refreshToken, { iat: now - 100, exp: now - 1 });
    const { body: first } = await refresh(ada.refreshToken).expect(200);
    await later(ada.sessionId);
    expect((await refresh(expired).expect(200)).body.outcome).toBe('replayed');
    expectRefusal(await app.post('/api/auth/logout', undefined, expired), 'token_expired');
    await refresh(first.refreshToken).expect(200);
    expectRefusal(await refresh(expired), 'token_expired');
    expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 2, ended_at: null });
    await app.sql.query(`UPDATE sessions SET idle_expires_at = now() WHERE id = $1`, [ada.sessionId]);
    expectRefusal(await refresh(first.refreshToken), 'token_expired');
  });

  it('RB-01 a client may lose one answer after another, as long as one generation goes through in between', async () => {
    const ada = await given.member(app);
    let token = ada.refreshToken;
    for (const isLost of [true, true, false, true, true, false, true]) {
      const { body } = await refresh(token).expect(200);
      await later(ada.sessionId);
      if (isLost) expect((await refresh(token, other).expect(200)).body.outcome).toBe('replayed');
      token = (await refresh(body.refreshToken).expect(200)).body.refreshToken;
      await later(ada.sessionId);
    }
    expect(await rowOf(ada.sessionId)).toMatchObject({ ended_at: null });
  });

  it.each([
    ['a newer version of the same browser', { userAgent: NEWER_CHROME, ip: KOREA[1] }],
    ['the same browser at an address of no known country', { userAgent: CHROME }],
  ])('RB-01 it may come from %s', async (_, client) => {
    const ada = await given.member(app);
    await refreshFrom(ada.refreshToken, { ip: KOREA[0], userAgent: CHROME }).expect(200);
    await later(ada.sessionId);
    expect((await refreshFrom(ada.refreshToken, client).expect(200)).body.outcome).toBe('replayed');
  });

  it('RB-01 it may come from another browser with the device token, never from another country', async () => {
    const [ada, eve, bob] = await Promise.all([given.member(app), given.member(app), given.member(app)]);
    for (const { refreshToken, sessionId } of [ada, eve, bob]) {
      await refreshFrom(refreshToken, { ip: KOREA[0], userAgent: CHROME }).expect(200);
      await later(sessionId);
    }
    const known = { ip: KOREA[1], userAgent: FIREFOX, deviceToken: ada.deviceToken };
    expect((await refreshFrom(ada.refreshToken, known).expect(200)).body.outcome).toBe('replayed');
    const foreignDevice = { ip: KOREA[1], userAgent: FIREFOX, deviceToken: ada.deviceToken };
    expectRefusal(await refreshFrom(eve.refreshToken, foreignDevice), 'token_reused');
    const abroad = { ip: JAPAN, userAgent: CHROME, deviceToken: bob.deviceToken };
    expectRefusal(await refreshFrom(bob.refreshToken, abroad), 'token_reused');
    for (const { sessionId } of [eve, bob]) expect(await rowOf(sessionId)).toMatchObject({ end_reason: 'token-reuse' });
  });

  it('RB-02 two clients that share a token are found out in the third generation', async () => {
    const ada = await given.member(app);
    let token = ada.refreshToken;
    for (const generation of [1, 2, 3]) {
      const { body } = await refresh(token).expect(200);
      await later(ada.sessionId);
      if (generation === 3) break;
      expect((await refresh(token, other).expect(200)).body.outcome).toBe('replayed');
      token = body.refreshToken;
    }
    expectRefusal(await refresh(token, other), 'token_reused');
    expect(await rowOf(ada.sessionId)).toMatchObject({ end_reason: 'token-reuse', late_replays: 2 });
    expect(await eventsOf(ada, 'session.reuse_detected')).toHaveLength(1);
  });

  it('RB-02 the access token of a late replay lives from the first late replay of its generation', async () => {
    const ada = await given.member(app);
    await refresh(ada.refreshToken).expect(200);
    await later(ada.sessionId);
    await refresh(ada.refreshToken).expect(200);
    await app.sql.query(`UPDATE sessions SET late_replayed_at = now() - interval '300 seconds' WHERE id = $1`, [
      ada.sessionId,
    ]);
    expect((await refresh(ada.refreshToken, other).expect(200)).body.expiresIn).toBeLessThanOrEqual(300);
  });

  it('RB-02 of many late replays at once on two processes, each gets the same successor and the count is one', async () => {
    const ada = await given.member(app);
    const { body: lost } = await refresh(ada.refreshToken).expect(200);
    await later(ada.sessionId);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => refresh(ada.refreshToken, i % 2 ? app : other)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => successor(body.refreshToken)))).toEqual(
      new Set([successor(lost.refreshToken)]),
    );
    expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 1, late_replays: 1, ended_at: null });
  });
});

describe('session lifetime', () => {
  it('TK-05 a session ends after the idle time, although its token carries a later date', async () => {
    const ada = await given.member(app);
    await app.sql.query(`UPDATE sessions SET idle_expires_at = now() - interval '1 second' WHERE id = $1`, [
      ada.sessionId,
    ]);
    expectRefusal(await refresh(ada.refreshToken), 'token_expired');
    expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 0 });
  });

  it('TK-05 an expired token is reported as expired, not as ended, after the row of its session is deleted', async () => {
    const ada = await given.member(app);
    const now = Math.floor(Date.now() / 1000);
    const late = forge.alter('refresh', ada.refreshToken, { iat: now - 100, exp: now - 1 });
    await app.sql.query('DELETE FROM sessions WHERE id = $1', [ada.sessionId]);
    expectRefusal(await refresh(late), 'token_expired');
    expectRefusal(await refresh(ada.refreshToken), 'session_ended');
  });

  it('TK-05 a session continues with its current token when an earlier token has expired', async () => {
    const ada = await given.member(app);
    const now = Math.floor(Date.now() / 1000);
    const late = forge.alter('refresh', ada.refreshToken, { iat: now - 100, exp: now - 1 });
    expectRefusal(await refresh(late), 'token_expired');
    expectRefusal(await app.post('/api/auth/refresh', { refreshToken: late }), 'token_expired');
    expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 0, ended_at: null });
    expect((await refresh(ada.refreshToken).expect(200)).body.outcome).toBe('rotated');
  });

  it('TK-05 each refresh restarts the idle time', async () => {
    const ada = await given.member(app);
    await age(ada.sessionId, 13 * DAY);
    const { body } = await refresh(ada.refreshToken).expect(200);
    expect(body.refreshExpiresIn).toBeGreaterThan(13 * DAY);
    expect(body.refreshExpiresIn).toBeLessThanOrEqual(14 * DAY);
  });

  it('TK-05 a session ends after thirty days, even when refreshed every day', async () => {
    const ada = await given.member(app);
    let token = ada.refreshToken;
    for (let day = 1; day <= 29; day++) {
      await age(ada.sessionId, DAY);
      const { body } = await refresh(token).expect(200);
      expect(body.refreshExpiresIn).toBeLessThanOrEqual(Math.min(14, 30 - day) * DAY);
      token = body.refreshToken;
    }
    const last = await rowOf(ada.sessionId);
    expect(last.idle_expires_at).toEqual(last.absolute_expires_at);
    await age(ada.sessionId, DAY);
    expectRefusal(await refresh(token), 'token_expired');
  });

  it('TK-05 access tokens end with the session', async () => {
    const ada = await given.member(app);
    await app.sql.query(`UPDATE sessions SET absolute_expires_at = now() + interval '100 seconds' WHERE id = $1`, [
      ada.sessionId,
    ]);
    const { body } = await refresh(ada.refreshToken).expect(200);
    expect(body.refreshExpiresIn).toBeLessThanOrEqual(100);
    expect(body.expiresIn).toBeLessThanOrEqual(100);
    expect(body.expiresIn).toBeGreaterThan(0);
  });

  it('the session of a disabled member cannot be refreshed', async () => {
    const ada = await given.member(app);
    const { body: first } = await refresh(ada.refreshToken).expect(200);
    await app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [ada.id]);
    expectRefusal(await refresh(first.refreshToken), 'session_ended');
    // A replay within the grace period does not get around it.
    expectRefusal(await refresh(ada.refreshToken, other), 'session_ended');
    expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 1 });
  });

  it('a token whose session or generation was altered is refused', async () => {
    const [ada, eve] = await Promise.all([given.member(app), given.member(app)]);
    for (const sid of [ada.sessionId, randomUUID()]) {
      expectRefusal(await refresh(forge.alter('refresh', eve.refreshToken, { sid })), 'session_ended');
    }
    const notYet = forge.alter('refresh', ada.refreshToken, { gen: 1 });
    expectRefusal(await refresh(notYet), 'token_invalid');
    expect(await rowOf(ada.sessionId)).toMatchObject({ generation: 0, ended_at: null });
    expect(await rowOf(eve.sessionId)).toMatchObject({ generation: 0, ended_at: null });
  });
});
