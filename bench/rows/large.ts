import { alternate, type Row } from '../measure.js';
import type { ServerProcess } from '../processes.js';
import { MEMBERS, type Stage } from '../stage.js';

const LARGE = 1_000_000;
const SESSIONS_EACH = 3;

/** What a thousand times the members and sessions change: the same loads on two databases, in turn. */
export async function large(stage: Stage): Promise<Row[]> {
  const small = await stage.server('ours');
  console.log(`Seeding ${LARGE.toLocaleString('en')} members …`);
  const crowd = await stage.crowd(LARGE, SESSIONS_EACH);
  try {
    const common = { unit: '/s', limitOf: 'at 1,000 members', target: { atLeast: 0.85 } };
    const refreshing = (server: ServerProcess, freshTokens: () => Promise<string[]>) => async () => {
      const tokens = await freshTokens();
      return stage.load(server, { flow: 'refresh', path: '/api/auth/refresh', tokens, connections: 16 });
    };
    const flow = (name: 'login' | 'loginByAddress' | 'checkLoginId', server: ServerProcess, members: number) => () =>
      stage.load(server, { flow: name, members, stride: Math.floor(members / MEMBERS), connections: 16 });
    const rows: Row[] = [
      {
        operation: 'refresh at 1,000,000 members, 3,000,000 sessions',
        ...common,
        ...(await alternate(
          Math.min(stage.rounds, SESSIONS_EACH),
          refreshing(crowd.server, async () => crowd.freshSessions(MEMBERS)),
          refreshing(small, () => stage.freshSessions()),
        )),
      },
    ];
    for (const [name, operation] of [
      ['login', 'login'],
      ['loginByAddress', 'login by address, new device'],
      ['checkLoginId', 'find by login ID'],
    ] as const)
      rows.push({
        operation: `${operation} at 1,000,000 members`,
        ...common,
        ...(await alternate(stage.rounds, flow(name, crowd.server, LARGE), flow(name, small, MEMBERS))),
      });
    return rows;
  } finally {
    await crowd.stop();
  }
}
