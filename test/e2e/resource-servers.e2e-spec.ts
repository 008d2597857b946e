import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenAdmin } from '../support/admins.js';
import { givenApiKey } from '../support/api-keys.js';
import { CONFORMANCE, ConformanceRequests, type ConformanceCase, type SessionTokens } from '../support/conformance.js';
import { eventually } from '../support/eventually.js';
import { given, type GivenMember } from '../support/factories.js';
import { IssuerFront } from '../support/issuer-front.js';
import { preload } from '../support/preload.js';
import { PROGRAMS, ResourceServer } from '../support/resource-server.js';
import { TestApp } from '../support/test-app.js';
import { allowManyStarts, howMany } from '../support/test-length.js';
import { TokenForge } from '../support/token-forge.js';

allowManyStarts();

const AUDIENCE = 'https://api.example.test';

let front: IssuerFront;
let app: TestApp;
let requests: ConformanceRequests;
let duringSilence: GivenMember;
let servers: ResourceServer[] = [];

beforeAll(async () => {
  front = await IssuerFront.start();
  const env = { PUBLIC_URL: front.url, ACCESS_TOKEN_AUDIENCE: AUDIENCE };
  app = await TestApp.start({ env: { ...env, ...preload('quick-heartbeats.js') } });
  front.connectTo(app.origin);
  const [live, ended, disabled] = [await given.member(app), await given.member(app), await given.member(app)];
  duringSilence = await given.member(app);
  const sessions: SessionTokens = { live, ended, disabled, 'ended during the silence': duringSilence };
  requests = new ConformanceRequests(new TokenForge(env), AUDIENCE, sessions);
  const { key } = await givenApiKey(app, ['revocations:read']);
  // This session ends before the programs start: the stream begins with the revocations that are still in force.
  await endSession(ended);
  servers = await Promise.all(
    installed.map((program) => ResourceServer.start(program, { issuer: front.url, audience: AUDIENCE, apiKey: key })),
  );
  await Promise.all(servers.map((server) => server.waitUntilReady(live.accessToken)));
  const admin = await givenAdmin(app);
  await app.patch(`/api/admin/members/${disabled.id}`, { status: 'disabled' }, admin.accessToken).expect(200);
  await Promise.all(servers.map((server) => refuses(server, disabled.accessToken)));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await front.stop();
  await app.stop();
});

const installed = PROGRAMS.filter((program) => {
  if (program.isInstalled()) return true;
  console.warn(`Skipped: ${program.name} as a resource server (apt-get install ${program.packages}).`);
  return false;
});
const names = installed.map(({ name }) => name);
const serverNamed = (name: string): ResourceServer => servers.find((server) => server.name === name)!;

const endSession = ({ accessToken }: GivenMember) => app.post('/api/auth/logout', undefined, accessToken).expect(204);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Waits until the program refuses the token. */
const refuses = (server: ResourceServer, token: string) =>
  eventually(`${server.name} refuses the token`, async () => {
    const { status } = await server.get('/me', bearer(token));
    return status === 401 || undefined;
  });

/** Sends a row of the table, and returns the part of the answer that the table names. */
async function answerTo(row: ConformanceCase, server: ResourceServer) {
  const headers = requests.headersOf(row, server.url);
  if (row.proof?.sentTwice) expect((await server.get(row.path ?? '/me', headers)).status).toBe(200);
  const { status, error } = await server.get(row.path ?? '/me', headers);
  return { status, ...(row.error !== undefined && { error }) };
}

const expectedOf = ({ status, error }: ConformanceCase) => ({ status, ...(error !== undefined && { error }) });

/** Compares all rows of a stage with what every program answers. */
async function checkStage(stage: ConformanceCase['stage']): Promise<void> {
  for (const server of servers)
    for (const row of CONFORMANCE.filter((each) => each.stage === stage))
      expect([server.name, row.name, await answerTo(row, server)]).toEqual([server.name, row.name, expectedOf(row)]);
}

describe('an API that checks access tokens itself', () => {
  describe.each(names)('%s', (name) => {
    it.each(CONFORMANCE.filter(({ stage }) => stage === undefined).map((row) => [row.name, row] as const))(
      'RS-05 judges rightly: %s',
      async (_, row) => {
        expect(await answerTo(row, serverNamed(name))).toEqual(expectedOf(row));
      },
    );
  });

  it('RS-01 refuses a session within a second after it has ended', async () => {
    const delays = new Map(names.map((name) => [name, 0]));
    for (let round = 0; round < howMany({ short: 3, long: 100 }); round += 1) {
      const ada = await given.member(app);
      for (const server of servers) expect((await server.get('/me', bearer(ada.accessToken))).status).toBe(200);
      await endSession(ada);
      const endedAt = performance.now();
      await Promise.all(
        servers.map(async (server) => {
          await refuses(server, ada.accessToken);
          delays.set(server.name, Math.max(delays.get(server.name)!, performance.now() - endedAt));
        }),
      );
    }
    const figures = [...delays].map(([name, delay]) => `${name} ${delay.toFixed(0)} ms`);
    console.info(`Longest delay of a revocation, answered requests included: ${figures.join(', ')}`);
  });

  it('RS-04 follows a change of keys: fetches the new one once, and drops a removed one with its cache', async () => {
    front.furtherKeys = [requests.keys.next.jwk];
    front.maxAge = 2;
    const before = front.keyFetches;
    await checkStage('rotated');
    // The programs do not fetch again for each unknown key, because anyone can send such keys.
    expect(front.keyFetches - before).toBeLessThanOrEqual(2 * servers.length);
    front.furtherKeys = [];
    front.maxAge = 300;
    const [removed] = CONFORMANCE.filter(({ stage }) => stage === 'removed');
    await Promise.all(
      servers.map((server) =>
        eventually(`${server.name} drops the removed key`, async () => {
          return (await answerTo(removed!, server)).status === 401 || undefined;
        }),
      ),
    );
    await checkStage('removed');
  });

  it('RS-02 refuses every token while the stream is silent, and misses no revocation of that time', async () => {
    const token = duringSilence.accessToken;
    for (const server of servers) expect((await server.get('/me', bearer(token))).status).toBe(200);
    front.silence();
    await endSession(duringSilence);
    await Promise.all(
      servers.map((server) =>
        eventually(`${server.name} notices the silence`, async () => {
          return (await server.get('/me', bearer(token))).status === 503 || undefined;
        }),
      ),
    );
    await checkStage('silent');
    front.resume();
    // The first answer after the silence is already the right one.
    const first = (server: ResourceServer) =>
      eventually(`${server.name} hears the stream again`, async () => {
        const { status } = await server.get('/me', bearer(token));
        return status === 503 ? undefined : status;
      });
    expect(await Promise.all(servers.map(first))).toEqual(servers.map(() => 401));
    await checkStage('resumed');
  });
});
