import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '../support/seeded-random.js';
import { FaultCluster } from '../support/fault-cluster.js';
import { ReplicatedPostgres } from '../support/replicated-postgres.js';
import { allowTime, howMany, IS_LONG } from '../support/test-length.js';

allowTime();

/** From the loss of the primary until writes are acknowledged again. */
const DOWNTIME_LIMIT_MS = 30_000;

const COURSES = {
  'dies, its standby is promoted, and the address moves': async (postgres) => {
    await postgres.killPrimary();
    await postgres.promote();
    postgres.moveAddress();
  },
  // For a while all clients use a server that refuses writes.
  'dies, and the address moves before the standby is promoted': async (postgres, random) => {
    await postgres.killPrimary();
    postgres.moveAddress();
    await pause(random.below(1500));
    await postgres.promote();
  },
  // As with a DNS name: open connections stay with the server that has become read-only.
  'is demoted and lives on, and open connections stay with it': async (postgres, random) => {
    await postgres.demotePrimary();
    postgres.moveAddress();
    await pause(random.below(500));
    await postgres.promote();
  },
} satisfies Record<string, (postgres: ReplicatedPostgres, random: SeededRandom) => Promise<void>>;

/**
 * Two PostgreSQL servers, the second a synchronous standby, and three servers of ours that write
 * without pause.
 */
describe('failover', () => {
  const random = new SeededRandom();
  const downtimes: number[] = [];
  let cluster: FaultCluster<ReplicatedPostgres>;
  beforeAll(async () => {
    cluster = await FaultCluster.start(random, await ReplicatedPostgres.start());
  });
  afterAll(async () => {
    const longest = Math.round(Math.max(...downtimes));
    process.stdout.write(`failovers: ${downtimes.length}, without acknowledged writes for ${longest} ms at most\n`);
    await cluster.stop();
  });

  const titles = Object.keys(COURSES) as (keyof typeof COURSES)[];
  it.each(IS_LONG ? titles : [random.pick(titles)])(
    'FT-06 TK-09 O1 O2 O3 O4 nothing acknowledged is lost when the primary %s',
    async (title) => {
      for (let left = howMany({ short: 1, long: 5 }); left > 0; left -= 1) {
        await cluster.postgres.addStandby();
        const problems = await cluster.survive(async () => {
          await pause(400 + random.below(400));
          const lostAt = performance.now();
          await COURSES[title](cluster.postgres, random);
          const before = cluster.acknowledgedWrites;
          while (cluster.acknowledgedWrites === before) await pause(20);
          downtimes.push(performance.now() - lostAt);
          await cluster.excuseMailsUnderWay();
          await pause(400);
        });
        expect(problems).toEqual([]);
        await cluster.expectRevocationsHeard();
      }
      // A duration means something only where the suite has the machine to itself.
      if (IS_LONG) expect(Math.max(...downtimes)).toBeLessThan(DOWNTIME_LIMIT_MS);
    },
  );
});
