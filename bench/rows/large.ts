import { alternate, type Row } from '../measure.js';
import { memberNamed } from '../members.js';
import type { ServerProcess } from '../processes.js';
import { appoint } from '../seed.js';
import { MEMBERS, type BenchEnvironment, type LoadMeasurement } from '../bench-environment.js';

const LARGE = 1_000_000;
const SESSIONS_EACH = 3;

/**
 * The effect of a million members and three million sessions: the same loads run in turn on such a database
 * and on that of the other rows. Each load uses a thousand members.
 */
export async function large(bench: BenchEnvironment): Promise<Row[]> {
  const small = await bench.server('ours');
  console.log(`Seeding ${LARGE.toLocaleString('en')} members …`);
  const crowd = await bench.crowd(LARGE, SESSIONS_EACH);
  try {
    for (const url of [bench.databaseUrl, crowd.databaseUrl]) await appoint(url, memberNamed(1).id);
    const administrator = bench.mint.access(1, 'admin');
    const flow =
      (name: 'login' | 'loginByAddress' | 'checkLoginId' | 'search') => (server: ServerProcess, members: number) =>
        bench.load(server, {
          flow: name,
          tokens: administrator,
          members,
          stride: Math.floor(members / MEMBERS),
          connections: 16,
        });
    const refreshing = async (server: ServerProcess): Promise<LoadMeasurement> => {
      const tokens = server === small ? await bench.freshSessions() : crowd.freshSessions(MEMBERS);
      return bench.load(server, { flow: 'refresh', path: '/api/auth/refresh', tokens, connections: 16 });
    };

    const rows: Row[] = [];
    const row = async (
      operation: string,
      load: (server: ServerProcess, members: number) => Promise<LoadMeasurement>,
      rounds = bench.rounds,
    ): Promise<void> => {
      const details: Record<string, number> = {};
      const figures = await alternate(
        rounds,
        async () => {
          const result = await load(crowd.server, LARGE);
          Object.assign(details, { p50ms: result.p50, p99ms: result.p99 });
          return result;
        },
        () => load(small, MEMBERS),
      );
      console.log(`${operation}: p50 ${details.p50ms!.toFixed(1)} ms, p99 ${details.p99ms!.toFixed(1)} ms`);
      rows.push({
        operation: `${operation} at 1,000,000 members`,
        unit: '/s',
        limitOf: 'at 10,000 members',
        target: { atLeast: 0.85 },
        details,
        ...figures,
      });
    };
    await row('refresh, of 3,000,000 sessions,', refreshing, Math.min(bench.rounds, SESSIONS_EACH));
    await row('login', flow('login'));
    await row('login by address, new device', flow('loginByAddress'));
    await row('find by login ID', flow('checkLoginId'));
    await row('search of an administrator', flow('search'));
    return rows;
  } finally {
    await crowd.stop();
  }
}
