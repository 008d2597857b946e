import { alternate, type Row } from '../measure.js';
import type { ServerProcess } from '../processes.js';
import type { BenchEnvironment } from '../bench-environment.js';
import { generateProofKey, thumbprintOf } from '../load/proofs.js';

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
      target: { atLeast: 0.9 },
      ...(await alternate(bench.rounds, refreshing(ours, '/api/auth/refresh'), refreshing(bare, '/refresh'))),
    });
  }
  return rows;
}

/** Refreshes of sessions that are bound to a key: each carries a proof of its own. */
export async function boundRefresh(bench: BenchEnvironment): Promise<Row[]> {
  const [ours, bare] = [await bench.server('ours'), await bench.server('bare-fastify')];
  const proofKey = generateProofKey();
  const refreshing = (server: ServerProcess, path: string) => async () => {
    const tokens = await bench.freshSessions();
    await bench.query(`UPDATE sessions SET key_thumbprint = $1, binding = 'refresh' WHERE generation = 0`, [
      thumbprintOf(proofKey),
    ]);
    return bench.load(server, { flow: 'boundRefresh', path, connections: 16, tokens, proofKey });
  };
  return [
    {
      operation: 'bound refresh, 16 connections',
      unit: '/s',
      limitOf: 'the bare refresh with one ES256 verification',
      target: { atLeast: 0.7 },
      ...(await alternate(bench.rounds, refreshing(ours, '/api/auth/refresh'), refreshing(bare, '/bound/refresh'))),
    },
  ];
}
