import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { expectSessionEnded, expectRefusal } from '../support/refusals.js';
import { TestApp } from '../support/test-app.js';
import { allowManyStarts } from '../support/test-length.js';

allowManyStarts();

type Tokens = Pick<GivenMember, 'accessToken' | 'refreshToken' | 'sessionId'>;

/** Actions that end sessions, sent to one of the processes. */
const ENDINGS: [string, (member: GivenMember, at: TestApp) => Promise<unknown>][] = [
  ['a logout', ({ accessToken }, at) => at.post('/api/auth/logout', undefined, accessToken).expect(204)],
  [
    'a refresh token that was used twice',
    async ({ refreshToken }, at) => {
      const { body } = await at.post('/api/auth/refresh', undefined, refreshToken).expect(200);
      await at.post('/api/auth/refresh', undefined, body.refreshToken).expect(200);
      expectRefusal(await at.post('/api/auth/refresh', undefined, refreshToken), 'token_reused');
    },
  ],
  [
    'a new password, set on another device',
    async ({ loginId, password }, at) => {
      const { body } = await at.post('/api/auth/login', { identifier: loginId, password }).expect(200);
      const change = { currentPassword: password, newPassword: unique.password() };
      await at.post('/api/members/me/password', change, body.accessToken).expect(204);
    },
  ],
  [
    'closing the account',
    ({ accessToken, password }, at) => at.delete('/api/members/me', { password }, accessToken).expect(204),
  ],
];

describe('three processes on one database', () => {
  let one: TestApp;
  let two: TestApp;
  let three: TestApp;
  /** A member whose session has ended in the table alone, without a notification. */
  let probe: GivenMember;
  /** Between the third process and the database. */
  let proxy: TcpProxy;
  beforeAll(async () => {
    one = await TestApp.shared();
    two = await one.replica();
    proxy = await TcpProxy.to(one.database.url);
    three = await one.replica({ env: { DATABASE_URL: proxy.url } });
    probe = await given.member(one);
    await setEnded(probe, true);
    await listening(3);
  });
  afterAll(async () => {
    await one.stop();
    await proxy.disconnect();
  });

  const expectAlive = async ({ accessToken }: Tokens, ...processes: TestApp[]): Promise<void> => {
    for (const at of processes) await at.get('/api/members/me', accessToken).expect(200);
  };

  /**
   * Waits until each process accepts a session that has ended in the table alone. A process that was
   * held up for a moment asks the table, and so refuses the session, until its next heartbeat.
   */
  const becomesAlive = async ({ accessToken }: Tokens, ...processes: TestApp[]): Promise<void> => {
    for (const at of processes)
      await eventually('the session is accepted', async () => {
        const { status } = await at.get('/api/members/me', accessToken);
        return status === 200 || undefined;
      });
  };

  /**
   * Waits until the first `count` processes hear of revocations, and the others do not. A process that
   * hears of them accepts a session that only the table has ended; any other asks the table.
   */
  const listening = async (count: number): Promise<void> => {
    for (const [index, at] of [one, two, three].entries())
      await eventually(`${count} listening`, async () => {
        const { status } = await at.get('/api/members/me', probe.accessToken);
        return status === (index < count ? 200 : 401) || undefined;
      });
  };

  /** Ends or revives a session in the database alone, without a notification. */
  const setEnded = (session: Tokens, ended: boolean) =>
    one.sql.query(`UPDATE sessions SET ended_at = CASE WHEN $2 THEN now() END WHERE id = $1`, [
      session.sessionId,
      ended,
    ]);

  describe.each(ENDINGS)('after %s', (_, end) => {
    it('TK-09 SS-01 all refuse the access token, whichever process ended the session', async () => {
      for (const at of [one, two, three]) {
        const [ada, bob] = await Promise.all([given.member(one), given.member(one)]);
        await expectAlive(ada, one, two, three);
        await end(ada, at);
        // The process that acknowledged it refuses the token at once.
        expectRefusal(await at.get('/api/members/me', ada.accessToken), 'session_ended');
        await expectSessionEnded(ada.accessToken, one, two, three);
        await expectAlive(bob, one, two, three);
      }
    });

    it('TK-09 a process without its notification connection refuses it too, and also after reconnecting', async () => {
      const [ada, bob] = await Promise.all([given.member(one), given.member(one)]);
      await expectAlive(ada, one, two, three);
      proxy.block('munjigi-listen');
      try {
        await listening(2);
        await end(ada, one);
        await expectSessionEnded(ada.accessToken, three, two, one);
        // It checks the database, so other members are still accepted.
        await expectAlive(bob, one, two, three);
      } finally {
        proxy.unblock();
      }
      await listening(3);
      // The third process has read what it missed and refuses from memory, although the table would accept the
      // session.
      await setEnded(ada, false);
      await expectSessionEnded(ada.accessToken, three);
      await one.post('/api/auth/logout', undefined, bob.accessToken).expect(204);
      await expectSessionEnded(bob.accessToken, three, two, one);
    });
  });

  it('TK-09 only the disconnected process asks the database for each request', async () => {
    const ada = await given.member(one);
    proxy.block('munjigi-listen');
    try {
      await listening(2);
      await setEnded(ada, true);
      expectRefusal(await three.get('/api/members/me', ada.accessToken), 'session_ended');
      await becomesAlive(ada, one, two);
      await setEnded(ada, false);
      await expectAlive(ada, one, two, three);
    } finally {
      proxy.unblock();
    }
    await listening(3);
    await setEnded(ada, true);
    await becomesAlive(ada, one, two, three);
  });

  it('TK-09 without a database a process refuses everyone, and recovers when it is back', async () => {
    const [ada, bob] = await Promise.all([given.member(one), given.member(one)]);
    await proxy.disconnect();
    try {
      await one.post('/api/auth/logout', undefined, ada.accessToken).expect(204);
      for (const { accessToken } of [ada, bob]) {
        const { status, body } = await three.get('/api/members/me', accessToken);
        expect([status, body.code]).toEqual([503, 'service_unavailable']);
      }
    } finally {
      await proxy.reconnect();
    }
    await listening(3);
    await expectSessionEnded(ada.accessToken, three);
    await expectAlive(bob, three);
  });
});
