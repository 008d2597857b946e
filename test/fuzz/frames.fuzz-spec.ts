import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SeededRandom } from '../support/seeded-random.js';
import { TestApp } from '../support/test-app.js';
import { allowTime, howMany } from '../support/test-length.js';

allowTime();
const FRAMES = howMany({ short: 150, long: 2_000 });
const SLOW_SENDERS = howMany({ short: 100, long: 2_000 });
const AT_ONCE = 16;

let app: TestApp;
const random = new SeededRandom();
beforeAll(async () => {
  app = await TestApp.start({ env: { LOG_LEVEL: 'warn' } });
});
afterAll(() => app.stop());

const BODY = '{"identifier":"ada.lovelace","password":"correct horse battery staple"}';
const head = (lines: string[], line = 'POST /api/auth/verify HTTP/1.1'): string =>
  `${[line, 'Host: localhost', 'Content-Type: application/json', ...lines].join('\r\n')}\r\n\r\n`;

/** Valid requests, and some that two servers in a row could read differently. */
const SEEDS: readonly string[] = [
  head([`Content-Length: ${BODY.length}`]) + BODY,
  `${head(['Transfer-Encoding: chunked'])}${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`,
  `${head(['Transfer-Encoding: chunked'])}5;a=b\r\n{"tok\r\n8\r\nen":"x"}\r\n0\r\nX-Trailer: a\r\n\r\n`,
  head([], 'GET /health/live HTTP/1.1'),
  head(['Connection: keep-alive, upgrade', 'Upgrade: websocket'], 'GET /health/live HTTP/1.1'),
  head(['Expect: 100-continue', 'Content-Length: 2']) + '{}',
  head([`Content-Length: ${BODY.length}`, 'Transfer-Encoding: chunked']) + BODY,
  `${head(['Transfer-Encoding: chunked, identity'])}2\r\n{}\r\n0\r\n\r\n`,
  `${head(['Transfer-Encoding : chunked'])}2\r\n{}\r\n0\r\n\r\n`,
  `${head(['Content-Length: 2', 'Content-Length: 2'])}{}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n`,
  `${head(['Content-Length: 0'])}${head([], 'GET /api/members/me HTTP/1.1')}`,
  head([], 'GET http://user:secret@evil.test:99/health/live HTTP/1.1'),
  head([], 'CONNECT evil.test:443 HTTP/1.1'),
  head([], 'OPTIONS * HTTP/1.1'),
  head([], 'PRI * HTTP/2.0'),
];
/** Inserted bytes that have a meaning to a parser. */
const PIECES = ['\r\n', '\n', '\r', '\0', ' ', '\t', ':', ';', ',', '0', '-1', 'ff', '\x7f', '\xff', '\r\n\r\n'].concat(
  ['Content-Length: 1\r\n', 'Transfer-Encoding: chunked\r\n', 'Host: a\r\n', 'A'.repeat(5000), '%', '..', '\x0b'],
);

/** One of {@link SEEDS} with a few bytes changed, removed, inserted or repeated. */
function mutated(): Buffer {
  let bytes = Buffer.from(random.pick(SEEDS), 'latin1');
  for (let change = random.below(4); change >= 0; change -= 1) {
    const at = random.below(bytes.length + 1);
    const length = random.below(8);
    const [before, cut, after] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
    const put = [Buffer.alloc(0), Buffer.from(random.pick(PIECES), 'latin1'), Buffer.of(random.below(256))][
      random.below(3)
    ]!;
    const kept = random.below(3) === 0 ? Buffer.concat([cut, cut]) : random.below(2) ? cut : Buffer.alloc(0);
    bytes = Buffer.concat([before, put, kept, after]);
  }
  return bytes;
}

/**
 * Sends the bytes, closes the sending side, and returns what came back until the server closed the
 * connection.
 */
function exchange(bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(app.origin);
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: hostname, port: Number(port) }, () => socket.end(bytes));
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
    // The server may close the connection while the client is still writing.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
    socket.setTimeout(45_000, () => {
      reject(new Error('the connection was left hanging'));
      socket.destroy();
    });
  });
}

/** The statuses of all responses on one connection. */
const statusesOf = (received: string): number[] =>
  [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));

describe('malformed HTTP', () => {
  it('TR-07 it is refused, or answered as the valid request that it still is, and causes no error', async () => {
    const { pid } = app;
    const counts = new Map<number, number>();
    const wrong: string[] = [];
    let left = FRAMES;
    const work = async (): Promise<void> => {
      while (left-- > 0) {
        const frame = mutated();
        const received = await exchange(frame).catch((error: Error) => `HTTP/1.1 599 ${error.message}`);
        const statuses = statusesOf(received);
        for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
        const isWrong =
          statuses.some((status) => status >= 500) || /HPE_|Parse Error|node_modules|\n +at /.test(received);
        if (isWrong) wrong.push(`${frame.toString('base64')}\n${received.slice(0, 500)}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const all = [...counts].sort(([a], [b]) => a - b).map(([status, times]) => `${times} x ${status}`);
    process.stdout.write(`fuzz frames (--seed=${random.seed}): ${FRAMES} frames: ${all.join(', ')}\n`);
    expect(wrong).toEqual([]);
    expect(app.pid).toBe(pid);
    expect(app.logs.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
    await app.get('/health/ready').expect(200);
  });

  it('TR-07 IV-04 requests sent byte by byte are cut off, and other clients are served throughout', async () => {
    const { hostname, port } = new URL(app.origin);
    const began = Date.now();
    const cutOff: { received: string; afterMs: number }[] = [];
    const senders = Array.from({ length: SLOW_SENDERS }, (_, index) => {
      // They go on sending after the answer, so that only the server can end the connection.
      const socket = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      // Half of them never finish the head, the others never finish the body.
      const text = index % 2 ? 'GET /health/live HTTP/1.1\r\nX-Slow: ' : head(['Content-Length: 5000']);
      socket.write(text);
      const dripping = setInterval(() => socket.write('a'), 1000);
      let received = '';
      socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
      socket.on('error', () => undefined);
      return new Promise<void>((resolve) => {
        socket.on('close', () => {
          clearInterval(dripping);
          cutOff.push({ received, afterMs: Date.now() - began });
          resolve();
        });
      });
    });
    const times: number[] = [];
    let areOpen = true;
    const all = Promise.all(senders).then(() => (areOpen = false));
    while (areOpen) {
      const asked = performance.now();
      await app.get('/health/live').expect(200);
      times.push(performance.now() - asked);
      await Promise.race([all, pause(200)]);
    }
    times.sort((a, b) => a - b);
    const slowest = Math.round(Math.max(...cutOff.map(({ afterMs }) => afterMs)) / 1000);
    process.stdout.write(
      `slow senders: ${SLOW_SENDERS}, all cut off after ${slowest} s; others answered in ${Math.round(times[times.length >> 1]!)} ms, p99 ${Math.round(times[Math.floor(times.length * 0.99)]!)} ms\n`,
    );
    for (const { received } of cutOff) expect(received).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
  });
});
