import { alternate, type Measured, type Row } from '../measure.js';
import { runForJson, type ServerProcess } from '../processes.js';
import { MEMBERS, type BenchEnvironment } from '../bench-environment.js';
import type { FlowName } from '../load/flows.js';

/** Hashes per second when all cores compute only argon2id for one round. */
async function rawHashes(bench: BenchEnvironment): Promise<Measured> {
  const seconds = String(bench.roundMs / 1000);
  const { perSecond } = await runForJson<{ perSecond: number }>('bench/limits/raw-hash.js', [seconds]);
  return { value: perSecond };
}

async function beside(
  bench: BenchEnvironment,
  flow: FlowName,
  connections: number,
  firstMember: number,
  members: number,
) {
  const server = await bench.server('ours');
  let details: Row['details'] = {};
  const figures = await alternate(
    bench.rounds,
    async () => {
      await bench.forgetSessions();
      const result = await bench.load(server, { flow, connections, firstMember, members });
      details = { p50ms: result.p50, p99ms: result.p99 };
      return result;
    },
    () => rawHashes(bench),
  );
  return { ...figures, details, unit: '/s', limitOf: 'argon2id alone, all cores' };
}

export async function login(bench: BenchEnvironment): Promise<Row[]> {
  const rows: Row[] = [];
  for (const connections of [16, 64]) {
    const figures = await beside(bench, 'login', connections, 1, MEMBERS);
    rows.push({ operation: `login, ${connections} connections`, target: { atLeast: 0.9 }, ...figures });
  }
  return [...rows, await besideBareLogin(bench)];
}

/** The limit of any server that serves logins over HTTP from a database. */
async function besideBareLogin(bench: BenchEnvironment): Promise<Row> {
  const connections = 16;
  const loggingIn = (server: ServerProcess, path: string) => async () => {
    await bench.forgetSessions();
    return bench.load(server, { flow: 'login', path, connections, members: MEMBERS });
  };
  const [ours, bare] = [await bench.server('ours'), await bench.server('bare-fastify')];
  return {
    operation: `login, ${connections} connections`,
    unit: '/s',
    limitOf: 'bare Fastify + pg: look up, hash, insert a session, two tokens',
    ...(await alternate(bench.rounds, loggingIn(ours, '/api/auth/login'), loggingIn(bare, '/login'))),
  };
}

export async function signUp(bench: BenchEnvironment): Promise<Row[]> {
  const figures = await beside(bench, 'signUp', 16, 1, 1);
  return [{ operation: 'sign-up, mail, confirmation', target: { atLeast: 0.85 }, ...figures }];
}

export async function reset(bench: BenchEnvironment): Promise<Row[]> {
  const figures = await beside(bench, 'reset', 16, MEMBERS + 1, 3000);
  return [{ operation: 'password reset: ask, mail, prove, set', target: { atLeast: 0.85 }, ...figures }];
}
