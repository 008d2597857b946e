import { alternate, type Row } from '../measure.js';
import { MEMBERS, type BenchEnvironment } from '../bench-environment.js';
import type { ServerProcess } from '../processes.js';
import { generateProofKey, thumbprintOf } from '../load/proofs.js';
import { memberNamed } from '../members.js';

const CONNECTIONS = 64;

/** Returns a function that runs one round of requests to a route. */
function reader(
  bench: BenchEnvironment,
  server: ServerProcess,
  path: string,
  tokens?: string[],
  flow: 'get' | 'verify' = 'get',
) {
  return () => bench.load(server, { flow, path, tokens, connections: CONNECTIONS });
}

export async function accessCheck(bench: BenchEnvironment): Promise<Row[]> {
  const [ours, bare] = [await bench.server('ours'), await bench.server('bare-nest')];
  const guarded = reader(bench, ours, '/api/probe/guarded', bench.mint.access(MEMBERS));
  const common = { operation: 'access check on a route that reads nothing', unit: '/s' };
  return [
    {
      ...common,
      limitOf: 'the same route without a guard',
      target: { atLeast: 0.8 },
      ...(await alternate(bench.rounds, guarded, reader(bench, ours, '/api/probe/open'))),
    },
    {
      ...common,
      limitOf: 'bare Nest + Fastify: no guard, headers, log, CORS, cookies',
      ...(await alternate(bench.rounds, guarded, reader(bench, bare, '/probe'))),
    },
  ];
}

export async function verify(bench: BenchEnvironment): Promise<Row[]> {
  const [ours, bare] = [await bench.server('ours'), await bench.server('bare-nest')];
  const tokens = bench.mint.access(MEMBERS);
  const verifying = reader(bench, ours, '/api/auth/verify', tokens, 'verify');
  const guarded = reader(bench, ours, '/api/probe/guarded', tokens);
  const taking = reader(bench, bare, '/probe', tokens, 'verify');
  const giving = reader(bench, bare, '/probe', tokens);
  return [
    {
      operation: 'verify',
      unit: '/s',
      limitOf: 'access check',
      target: { atLeast: 0.9 },
      ...(await alternate(bench.rounds, verifying, guarded)),
    },
    {
      operation: 'bare Nest + Fastify: the same POST, nothing verified',
      unit: '/s',
      limitOf: 'its GET',
      ...(await alternate(bench.rounds, taking, giving)),
    },
  ];
}

export async function me(bench: BenchEnvironment): Promise<Row[]> {
  const [ours, bare] = [await bench.server('ours'), await bench.server('bare-fastify')];
  const mine = reader(bench, ours, '/api/members/me', bench.mint.access(MEMBERS));
  const limit = reader(bench, bare, `/members/${memberNamed(7).id}`);
  const figures = await alternate(bench.rounds, mine, limit);
  const limitOf = 'bare Fastify + pg, the row by a prepared statement';
  return [{ operation: 'GET /api/members/me', unit: '/s', limitOf, target: { atLeast: 1 }, ...figures }];
}

/** Like {@link me}, with access tokens that are bound to a key: each request carries a proof of its own. */
export async function boundMe(bench: BenchEnvironment): Promise<Row[]> {
  const [ours, bare] = [await bench.server('ours'), await bench.server('bare-fastify')];
  const proofKey = generateProofKey();
  const tokens = bench.mint.boundAccess(MEMBERS, thumbprintOf(proofKey));
  const reading = (server: ServerProcess, path: string) => () =>
    bench.load(server, { flow: 'boundGet', path, tokens, proofKey, connections: CONNECTIONS });
  const limit = reading(bare, `/bound/members/${memberNamed(7).id}`);
  const figures = await alternate(bench.rounds, reading(ours, '/api/members/me'), limit);
  const limitOf = 'the bare read with one ES256 verification';
  return [{ operation: 'GET /api/members/me, bound', unit: '/s', limitOf, target: { atLeast: 0.7 }, ...figures }];
}

/**
 * The effect of a login storm on other requests: some connections read while others log in without
 * pause.
 */
export async function storm(bench: BenchEnvironment): Promise<Row[]> {
  return [await throughputInStorm(bench), ...(await responseTimeInStorm(bench))];
}

/** Compares the reads per second during the storm with those of a server that only reads and logs in. */
async function throughputInStorm(bench: BenchEnvironment): Promise<Row> {
  const connections = 16;
  const [ours, bare] = [await bench.server('ours'), await bench.server('bare-fastify')];
  const reading = (server: ServerProcess, path: string, loginPath: string, tokens?: string[]) => async () => {
    await bench.forgetSessions();
    const [readers] = await Promise.all([
      bench.load(server, { flow: 'get', path, tokens, connections }),
      bench.load(server, { flow: 'login', path: loginPath, connections, members: MEMBERS }),
    ]);
    return { value: readers.perSecond };
  };
  const mine = reading(ours, '/api/members/me', '/api/auth/login', bench.mint.access(MEMBERS));
  const limit = reading(bare, `/members/${memberNamed(7).id}`, '/login');
  return {
    operation: `me while ${connections} connections log in without pause`,
    unit: '/s',
    limitOf: 'the bare server under the same logins',
    target: { atLeast: 1.5 },
    ...(await alternate(bench.rounds, mine, limit)),
  };
}

async function responseTimeInStorm(bench: BenchEnvironment): Promise<Row[]> {
  const server = await bench.server('ours');
  const tokens = bench.mint.access(MEMBERS);
  // A pause between requests, because otherwise the response time only shows that the server is
  // busy.
  const reading = { flow: 'get', path: '/api/members/me', tokens, connections: 8, pauseMs: 5 } as const;
  const longest: number[] = [];
  const figures = await alternate(
    bench.rounds,
    async () => {
      await bench.forgetSessions();
      const [readers] = await Promise.all([
        bench.load(server, reading),
        bench.load(server, { flow: 'login', connections: 8, members: MEMBERS }),
      ]);
      longest.push(readers.max);
      return { value: readers.p99 };
    },
    async () => ({ value: (await bench.load(server, reading)).p99 }),
  );
  const [worst, limit] = [Math.max(...longest), 200];
  return [
    {
      operation: 'me while 8 connections log in without pause, p99',
      limitOf: 'me alone',
      target: { atMost: 4 },
      unit: 'ms',
      ...figures,
    },
    {
      operation: 'me while 8 connections log in without pause, longest response',
      limitOf: '200 ms',
      target: { atMost: 1 },
      unit: 'ms',
      ours: worst,
      limit,
      ratio: worst / limit,
      rounds: longest.map((ours) => ({ ours, limit })),
    },
  ];
}
