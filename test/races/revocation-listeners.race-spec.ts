import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { givenApiKey } from '../support/api-keys.js';
import { eventually } from '../support/eventually.js';
import { given } from '../support/factories.js';
import { preload } from '../support/preload.js';
import { TestApp } from '../support/test-app.js';
import { allowTime, howMany, IS_LONG } from '../support/test-length.js';

allowTime();

const LISTENERS = howMany({ short: 200, long: 1000 });
const MAX_BYTES_EACH = 20 * 1024;
const MEMORY_LINE = 'memory in use: ';

describe('many listeners of revocations on one server', () => {
  let app: TestApp;
  let key: string;
  const agent = new http.Agent({ maxSockets: Infinity });
  beforeAll(async () => {
    app = await TestApp.start({ env: { LOG_LEVEL: 'warn', ...preload('memory-probe.js') } });
    ({ key } = await givenApiKey(app, ['revocations:read']));
  });
  afterAll(async () => {
    agent.destroy();
    await app.stop();
  });

  /** What each stream has received. */
  const streams: { heartbeats: number; revocations: number }[] = [];
  let lastRevocationMs = 0;
  /** Opens a stream whose heartbeats and revocations are counted. */
  async function listen(): Promise<void> {
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${key}` };
    const [response] = (await once(
      http.get(`${app.origin}/api/integrations/revocations`, { headers, agent }),
      'response',
    )) as [http.IncomingMessage];
    expect(response.statusCode).toBe(200);
    const counts = { heartbeats: 0, revocations: 0 };
    streams.push(counts);
    response.on('data', (chunk: Buffer) => {
      counts.heartbeats += chunk.toString('latin1').split('event: heartbeat').length - 1;
      const revocations = chunk.toString('latin1').split('event: revocation').length - 1;
      counts.revocations += revocations;
      if (revocations > 0) lastRevocationMs = performance.now();
    });
  }

  /** Memory of the server after a garbage collection, in bytes. */
  async function memory(): Promise<number> {
    const reports = () => app.logs.filter((line) => line.startsWith(MEMORY_LINE));
    const before = reports().length;
    process.kill(app.pid!, 'SIGUSR2');
    const line = await eventually('a report of memory', async () => reports()[before]);
    return Number(line.slice(MEMORY_LINE.length));
  }

  /** Memory of the process with its sockets and free heap, in bytes; undefined outside Linux. */
  function residentMemory(): number | undefined {
    const statm = `/proc/${app.pid}/statm`;
    return existsSync(statm) ? Number(readFileSync(statm, 'utf8').split(' ')[1]) * 4096 : undefined;
  }

  /** How often the tables that a listener could read were scanned: API keys, rate limits and revocations. */
  async function keyReads(): Promise<number> {
    const { rows } = await app.sql.query(
      `SELECT coalesce(sum(seq_scan + idx_scan), 0)::int AS scans FROM pg_stat_user_tables WHERE relname IN ('api_keys', 'rate_limits', 'revocations')`,
    );
    return rows[0].scans;
  }

  it('RS-23 cost at most 20 KiB each and no statement, and all of them hear of a logout', async () => {
    const ada = await given.member(app);
    await listen();
    await eventually('a heartbeat', async () => streams[0]!.heartbeats > 0 || undefined);
    const [memoryBefore, readsBefore] = [await memory(), await keyReads()];
    const residentBefore = residentMemory() ?? 0;
    for (let open = 0; open < LISTENERS; open += 50) await Promise.all(Array.from({ length: 50 }, listen));
    const opened = streams.map(({ heartbeats }) => heartbeats);
    const haveAllBeaten = () => streams.every(({ heartbeats }, index) => heartbeats > opened[index]!);
    await eventually('a heartbeat for all', async () => haveAllBeaten() || undefined);
    const each = Math.round(((await memory()) - memoryBefore) / LISTENERS);
    const resident = Math.round(((residentMemory() ?? 0) - residentBefore) / LISTENERS);
    const reads = (await keyReads()) - readsBefore;
    const beforeLogoutMs = performance.now();
    await ada.client.post('/api/auth/logout', undefined, ada.accessToken).expect(204);
    const haveAllHeard = () => streams.every(({ revocations }) => revocations > 0);
    await eventually('a revocation for all', async () => haveAllHeard() || undefined);
    process.stdout.write(
      `listeners (${IS_LONG ? 'long' : 'short'} form): ${LISTENERS} streams, ${each} bytes each (${resident} of resident memory), ${reads} reads of keys and limits by all of them; ${Math.round(lastRevocationMs - beforeLogoutMs)} ms from the request to log out until the last one heard of it\n`,
    );
    expect(each).toBeLessThanOrEqual(MAX_BYTES_EACH);
    // The key is read again at most once in five seconds, however many listeners open streams with it.
    expect(reads).toBeLessThan(LISTENERS / 10);
  });
});
