import { alternate, type Row } from '../measure.js';
import type { ServerProcess } from '../processes.js';
import type { BenchEnvironment } from '../bench-environment.js';

export async function refresh(bench: BenchEnvironment): Promise<Row[]> {
  const [ours, bare] = [await bench.server('ours'), await bench.server('bare-fastify')];
  const rows: Row[] = [];
  for (const connections of [16, 64]) {
    const refreshing = (server: ServerProcess, path: string) => async () =>
      bench.load(server, { flow: 'refresh', path, connections, tokens: await bench.freshSessions() });
    rows.push({
      operation: `refresh, ${connections} connections`,
      unit: '/s',
      limitOf: 'bare Fastify + pg: one conditional UPDATE, two tokens',
      target: { atLeast: 0.7 },
      ...(await alternate(bench.rounds, refreshing(ours, '/api/auth/refresh'), refreshing(bare, '/refresh'))),
    });
  }
  return rows;
}
