import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { BreakablePostgres } from '../support/breakable-postgres.js';
import { unique } from '../support/factories.js';
import { SeededRandom } from '../support/seeded-random.js';
import { FaultCluster } from '../support/fault-cluster.js';
import { allowTime, howMany, IS_LONG } from '../support/test-length.js';

allowTime();

/**
 * Faults under load, on three servers with one database. After each: every acknowledged write is
 * there (O1), a one-time code worked once (O2), exactly one password opens each account (O3), every
 * mail is delivered or visibly failed (O4), no secret is in a log (O5), every server is alive (O7).
 */
describe('nothing acknowledged is lost', () => {
  const random = new SeededRandom();
  let cluster: FaultCluster<BreakablePostgres>;
  beforeAll(async () => {
    cluster = await FaultCluster.start(random, await BreakablePostgres.start());
  });
  afterEach(() => {
    cluster.sink.refuseMail = async () => undefined;
    cluster.sink.ignores = undefined;
    cluster.sink.isMute = false;
  });
  afterAll(() => cluster.stop());

  /** How long a fault lasts, and how long the load runs before and after it. */
  const aWhile = () => pause(howMany({ short: 400, long: 2000 }) + random.below(400));
  /** All of them; in the short form a random selection, different in each run. */
  const some = (all: string[], short: number) => (IS_LONG ? all : random.shuffled(all).slice(0, short));

  async function survive(times: { short: number; long: number }, fault: () => Promise<void>): Promise<void> {
    for (let left = howMany(times); left > 0; left -= 1) expect(await cluster.survive(fault)).toEqual([]);
  }

  /** Resolves when the mail server has received a mail. It acknowledges each mail after `reluctanceMs`. */
  const mailOnItsWay = (reluctanceMs: number): Promise<void> =>
    new Promise((resolve) => {
      cluster.sink.refuseMail = async () => {
        resolve();
        if (reluctanceMs > 0) await pause(reluctanceMs);
        return undefined;
      };
    });

  const moments = ['at any moment', 'while a mail is handed over', 'after a mail was taken, before that is noted'];
  it.each(some(moments, 1))('FT-01 FT-02 O1 O2 O3 O4 when servers are killed %s', (moment) => {
    const isAnyMoment = moment === 'at any moment';
    return survive({ short: 1, long: isAnyMoment ? 200 : 20 }, async () => {
      // It is unknown which server sends the mail, so all are killed.
      const unlucky = isAnyMoment ? [cluster.anyServer] : cluster.servers;
      if (isAnyMoment) await pause(random.below(800));
      else await mailOnItsWay(moment.startsWith('while') ? 2000 : 0);
      await cluster.kill(unlucky);
      cluster.sink.refuseMail = async () => undefined;
      await cluster.restart(unlucky);
    });
  });

  it('FT-05 O1 O2 O3 when every database connection is terminated', () =>
    survive({ short: 1, long: 50 }, async () => {
      await aWhile();
      expect(await cluster.postgres.terminateBackends()).toBeGreaterThan(0);
      await aWhile();
    }));

  it('FT-05 O1 O2 O3 when the database crashes and restarts', () =>
    survive({ short: 1, long: 20 }, async () => {
      await aWhile();
      await cluster.postgres.crash();
      await aWhile();
      await cluster.postgres.startAgain();
      await cluster.excuseMailsUnderWay(); // on a busy machine the lease may be over before the database is back
      await aWhile();
    }));

  it('FT-05 O1 O2 O3 when the database freezes: requests are refused, then served again', () =>
    survive({ short: 1, long: 3 }, async () => {
      await aWhile();
      const thaw = await cluster.postgres.freeze();
      try {
        const answer = await cluster.servers[0]!.get('/health/ready');
        expect([answer.status, answer.headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/)]);
        await pause(howMany({ short: 0, long: 60_000 }));
      } finally {
        thaw();
      }
      await cluster.excuseMailsUnderWay(); // frozen for longer than the lease
    }));

  it('FT-08 O1 O2 O3 when a lock blocks every connection: requests are refused and the process stays healthy', () =>
    survive({ short: 1, long: 10 }, async () => {
      const holder = await cluster.postgres.database.pool.connect();
      await holder.query('BEGIN');
      try {
        await holder.query('LOCK TABLE members, sessions IN ACCESS EXCLUSIVE MODE');
        const login = { identifier: unique.loginId(), password: unique.password() };
        const refused = await Promise.all(cluster.servers.map((server) => server.post('/api/auth/login', login)));
        for (const { status, headers } of refused)
          expect([status, headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/)]);
        for (const server of cluster.servers) await server.get('/health/live').expect(200);
        await pause(howMany({ short: 0, long: 10_000 }));
      } finally {
        await holder.query('ROLLBACK');
        holder.release();
      }
    }));

  const silences = ['at the greeting', 'at MAIL FROM', 'at RCPT TO', 'after DATA'];
  it.each(some(['refuses connections', ...silences.map((stage) => `is silent ${stage}`)], 1))(
    'FT-03 FT-04 O4 when the mail server %s',
    (trouble) =>
      survive({ short: 1, long: 10 }, async () => {
        if (trouble === 'refuses connections') await cluster.sink.stop();
        cluster.sink.isMute = trouble.endsWith('at the greeting');
        if (trouble.endsWith('MAIL FROM')) cluster.sink.ignores = 'MAIL FROM';
        if (trouble.endsWith('RCPT TO')) cluster.sink.ignores = 'RCPT TO';
        if (trouble.endsWith('after DATA')) cluster.sink.refuseMail = () => new Promise(() => undefined);
        await aWhile();
        await aWhile();
        if (trouble === 'refuses connections') await cluster.sink.startAgain();
        cluster.sink.isMute = false;
        cluster.sink.ignores = undefined;
        cluster.sink.refuseMail = async () => undefined;
      }),
  );

  it.each(some(['421', '450', '550', 'a hang-up before 250'], 1))(
    'FT-04 O4 when the mail server answers a third of the mails with %s',
    (answer) =>
      survive({ short: 1, long: 10 }, async () => {
        cluster.sink.refuseMail = async () => {
          if (random.below(3) > 0) return undefined;
          return /^\d/.test(answer) ? Number(answer) : 'hang up';
        };
        await aWhile();
        await aWhile();
        cluster.sink.refuseMail = async () => undefined;
      }),
  );

  it('FT-11 O1 O2 O3 when the clock of one server jumps back an hour', () =>
    survive({ short: 1, long: 1 }, async () => {
      await aWhile();
      process.kill(cluster.servers[2]!.pid!, 'SIGUSR2');
      await aWhile();
    }));

  it('FT-10 O1 O2 O3 O4 when servers restart one after another: no request fails', () =>
    survive({ short: 1, long: 17 }, async () => {
      const before = cluster.failedRequests;
      for (const server of cluster.servers.slice(0, howMany({ short: 1, long: 3 }))) await cluster.roll(server);
      expect(cluster.failedRequests - before).toBe(0);
    }));
});
