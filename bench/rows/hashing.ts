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

async function compareWithRawHashes(bench: BenchEnvironment, flow: FlowName, connections: number, members?: number) {
  const server = await bench.server('ours');
  let details: Row['details'] = {};
  const figures = await alternate(
    bench.rounds,
    async () => {
      await bench.forgetSessions();
      const result = await bench.load(server, { flow, connections, members });
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
    const figures = await compareWithRawHashes(bench, 'login', connections, MEMBERS);
    rows.push({ operation: `login, ${connections} connections`, ...figures });
  }
  return [...rows, await compareWithBareLogin(bench)];
}

/** Compares our login with that of a server which does only what every login needs. */
async function compareWithBareLogin(bench: BenchEnvironment): Promise<Row> {
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
    target: { atLeast: 0.88 },
    ...(await alternate(bench.rounds, loggingIn(ours, '/api/auth/login'), loggingIn(bare, '/login'))),
  };
}

export async function signUp(bench: BenchEnvironment): Promise<Row[]> {
  const connections = 16;
  const [ours, bare] = [await bench.server('ours'), await bench.server('bare-fastify')];
  const requested = await alternate(
    bench.rounds,
    () => bench.load(ours, { flow: 'requestSignUp', connections }),
    () => bench.load(bare, { flow: 'requestSignUp', path: '/sign-up', connections }),
  );
  const limitOf = 'bare Fastify + pg: hash, insert a member';
  return [
    { operation: 'sign-up, from the request to its 202', unit: '/s', limitOf, target: { atLeast: 0.75 }, ...requested },
    { operation: 'sign-up, mail, confirmation', ...(await compareWithRawHashes(bench, 'signUp', connections)) },
  ];
}

export async function reset(bench: BenchEnvironment): Promise<Row[]> {
  // A reset changes a password that the login rows would use, so the resets have members of their own.
  // The row in mail.ts uses others again.
  const load = { connections: 16, firstMember: MEMBERS + 1, members: 3000 };
  const [ours, bare] = [await bench.server('ours'), await bench.server('bare-fastify')];
  const figures = await alternate(
    bench.rounds,
    () => bench.load(ours, { flow: 'reset', ...load }),
    () => bench.load(bare, { flow: 'bareReset', path: '/reset', ...load }),
  );
  const limitOf = 'bare Fastify + pg: hash, two updates, no mail';
  return [
    {
      operation: 'password reset, from the request to the new password',
      unit: '/s',
      limitOf,
      target: { atLeast: 0.7 },
      ...figures,
    },
  ];
}
