import { alternate, type Row } from '../measure.js';
import { memberNamed } from '../people.js';
import type { ServerProcess } from '../processes.js';
import { appoint } from '../seed.js';
import { MEMBERS, type Stage, type StagedResult } from '../stage.js';

const LARGE = 1_000_000;
const SESSIONS_EACH = 3;

/** What a thousand times the members and sessions change: the same loads on two databases, in turn. */
export async function large(stage: Stage): Promise<Row[]> {
  const small = await stage.server('ours');
  console.log(`Seeding ${LARGE.toLocaleString('en')} members …`);
  const crowd = await stage.crowd(LARGE, SESSIONS_EACH);
  try {
    for (const url of [stage.databaseUrl, crowd.databaseUrl]) await appoint(url, memberNamed(1).id);
    const administrator = stage.mint.access(1, 'admin');
    const flow =
      (name: 'login' | 'loginByAddress' | 'checkLoginId' | 'search') => (server: ServerProcess, members: number) =>
        stage.load(server, {
          flow: name,
          tokens: administrator,
          members,
          stride: Math.floor(members / MEMBERS),
          connections: 16,
        });
    const refreshing = async (server: ServerProcess): Promise<StagedResult> => {
      const tokens = server === small ? await stage.freshSessions() : crowd.freshSessions(MEMBERS);
      return stage.load(server, { flow: 'refresh', path: '/api/auth/refresh', tokens, connections: 16 });
    };

    const rows: Row[] = [];
    const row = async (
      operation: string,
      load: (server: ServerProcess, members: number) => Promise<StagedResult>,
      rounds = stage.rounds,
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
        limitOf: 'at 1,000 members',
        target: { atLeast: 0.85 },
        details,
        ...figures,
      });
    };
    await row('refresh, of 3,000,000 sessions,', refreshing, Math.min(stage.rounds, SESSIONS_EACH));
    await row('login', flow('login'));
    await row('login by address, new device', flow('loginByAddress'));
    await row('find by login ID', flow('checkLoginId'));
    await row('search of an administrator', flow('search'));
    return rows;
  } finally {
    await crowd.stop();
  }
}
