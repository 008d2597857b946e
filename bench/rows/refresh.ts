import { alternate, type Row } from '../measure.js';
import type { ServerProcess } from '../processes.js';
import type { Stage } from '../stage.js';

export async function refresh(stage: Stage): Promise<Row[]> {
  const [ours, bare] = [await stage.server('ours'), await stage.server('bare-fastify')];
  const rows: Row[] = [];
  for (const connections of [16, 64]) {
    const refreshing = (server: ServerProcess, path: string) => async () =>
      stage.load(server, { flow: 'refresh', path, connections, tokens: await stage.freshSessions() });
    rows.push({
      operation: `refresh, ${connections} connections`,
      unit: '/s',
      limitOf: 'bare Fastify + pg: one conditional UPDATE, two tokens',
      target: { atLeast: 0.7 },
      ...(await alternate(stage.rounds, refreshing(ours, '/api/auth/refresh'), refreshing(bare, '/refresh'))),
    });
  }
  return rows;
}
