import { setTimeout as pause } from 'node:timers/promises';
import { alternate, median, type Measured, type Row } from '../measure.js';
import { A_MEMBER, MEMBERS, type ServerKind, type BenchEnvironment } from '../bench-environment.js';

/** A quiet process collects its garbage within four seconds (ADR 0062). */
const UNTIL_COLLECTED_MS = 5000;

/** Time from the launch of a process to its first answer. The database is already migrated. */
export async function coldStart(bench: BenchEnvironment): Promise<Row[]> {
  const start = (kind: ServerKind) => async (): Promise<Measured> => {
    const server = await bench.launch(kind);
    const cpuMicroseconds = await server.cpuMicroseconds();
    await server.stop();
    return { value: server.startMs, cpuMicroseconds };
  };
  const figures = await alternate(bench.isQuick ? 1 : 9, start('shipped'), start('bare-fastify'));
  return [
    {
      operation: 'cold start to the first answer',
      unit: 'ms',
      limitOf: 'bare Fastify + pg',
      target: { atMost: 2.4, orOurs: 1200 },
      ...figures,
    },
  ];
}

/**
 * Resident memory of fresh processes: before any request, and after each kind of request has been
 * made at full speed.
 */
export async function memory(bench: BenchEnvironment): Promise<Row[]> {
  const rounds: { idle: { ours: number; limit: number }; loaded: { ours: number; limit: number } }[] = [];
  for (let round = 0; round < (bench.isQuick ? 1 : 3); round++) {
    const [ours, bare] = [await bench.launch('shipped'), await bench.launch('bare-fastify')];
    try {
      await pause(UNTIL_COLLECTED_MS);
      const idle = { ours: await ours.residentMib(), limit: await bare.residentMib() };
      const tokens = bench.mint.access(MEMBERS);
      await bench.load(ours, { flow: 'get', path: '/api/members/me', tokens, connections: 64 });
      await bench.load(ours, { flow: 'verify', path: '/api/auth/verify', tokens, connections: 64 });
      await bench.load(ours, { flow: 'login', connections: 64 });
      const refreshTokens = await bench.freshSessions();
      await bench.load(ours, { flow: 'refresh', path: '/api/auth/refresh', tokens: refreshTokens, connections: 64 });
      await bench.load(ours, { flow: 'signUp', connections: 16 });
      await bench.load(bare, { flow: 'get', path: A_MEMBER, connections: 64 });
      await pause(UNTIL_COLLECTED_MS);
      rounds.push({ idle, loaded: { ours: await ours.residentMib(), limit: await bare.residentMib() } });
    } finally {
      await Promise.all([ours.stop(), bare.stop()]);
    }
  }
  const row = (operation: string, ours: number, when: 'idle' | 'loaded'): Row => {
    const figures = rounds.map((round) => round[when]);
    return {
      operation,
      unit: 'MiB',
      limitOf: 'bare Fastify + pg',
      target: { ours },
      ours: median(figures.map(({ ours }) => ours)),
      limit: median(figures.map(({ limit }) => limit)),
      ratio: median(figures.map(({ ours, limit }) => ours / limit)),
      rounds: figures,
    };
  };
  return [row('memory, idle', 110, 'idle'), row('memory, after load', 170, 'loaded')];
}

/**
 * Statements of a replica that serves no request, counted once its heartbeat has slowed down. Uses the
 * server that other rows share, because the statements of a second server would be counted too.
 */
export async function idle(bench: BenchEnvironment): Promise<Row[]> {
  const [untilIdleMs, seconds] = [35_000, bench.isQuick ? 8 : 20];
  await bench.server('ours');
  await pause(untilIdleMs);
  const before = await transactions(bench);
  await pause(seconds * 1000);
  // The first count is one of the statements.
  const ours = ((await transactions(bench)) - before - 1) / seconds;
  return [
    {
      operation: 'statements a second of an idle replica',
      unit: '/s',
      limitOf: 'one a second',
      target: { atMost: 1 },
      ours,
      limit: 1,
      ratio: ours,
      rounds: [{ ours, limit: 1 }],
    },
  ];
}

/** Transactions of the database so far. An idle replica runs each statement in a transaction of its own. */
async function transactions(bench: BenchEnvironment): Promise<number> {
  const [row] = await bench.query<{ total: string }>(
    'SELECT xact_commit + xact_rollback AS total FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(row!.total);
}
