import { alternate, type Measured, type Row } from '../measure.js';
import { runForJson, type ServerProcess } from '../processes.js';
import { MEMBERS, type Stage } from '../stage.js';
import type { FlowName } from '../load/flows.js';

/** What all cores make of argon2id and nothing else, for as long as one round lasts. */
async function rawHashes(stage: Stage): Promise<Measured> {
  const seconds = String(stage.roundMs / 1000);
  const { perSecond } = await runForJson<{ perSecond: number }>('bench/limits/raw-hash.js', [seconds]);
  return { value: perSecond };
}

async function beside(stage: Stage, flow: FlowName, connections: number, firstMember: number, members: number) {
  const server = await stage.server('ours');
  let details: Row['details'] = {};
  const figures = await alternate(
    stage.rounds,
    async () => {
      await stage.forgetSessions();
      const result = await stage.load(server, { flow, connections, firstMember, members });
      details = { p50ms: result.p50, p99ms: result.p99 };
      return result;
    },
    () => rawHashes(stage),
  );
  return { ...figures, details, unit: '/s', limitOf: 'argon2id alone, all cores' };
}

export async function login(stage: Stage): Promise<Row[]> {
  const rows: Row[] = [];
  for (const connections of [16, 64]) {
    const figures = await beside(stage, 'login', connections, 1, MEMBERS);
    rows.push({ operation: `login, ${connections} connections`, target: { atLeast: 0.9 }, ...figures });
  }
  return [...rows, await besideBareLogin(stage)];
}

/** What is left of the limit for anybody who serves logins over HTTP out of a database. */
async function besideBareLogin(stage: Stage): Promise<Row> {
  const connections = 16;
  const loggingIn = (server: ServerProcess, path: string) => async () => {
    await stage.forgetSessions();
    return stage.load(server, { flow: 'login', path, connections, members: MEMBERS });
  };
  const [ours, bare] = [await stage.server('ours'), await stage.server('bare-fastify')];
  return {
    operation: `login, ${connections} connections`,
    unit: '/s',
    limitOf: 'bare Fastify + pg: look up, hash, insert a session, two tokens',
    ...(await alternate(stage.rounds, loggingIn(ours, '/api/auth/login'), loggingIn(bare, '/login'))),
  };
}

export async function signUp(stage: Stage): Promise<Row[]> {
  const figures = await beside(stage, 'signUp', 16, 1, 1);
  return [{ operation: 'sign-up, mail, confirmation', target: { atLeast: 0.85 }, ...figures }];
}

export async function reset(stage: Stage): Promise<Row[]> {
  const figures = await beside(stage, 'reset', 16, MEMBERS + 1, 3000);
  return [{ operation: 'password reset: ask, mail, prove, set', target: { atLeast: 0.85 }, ...figures }];
}
