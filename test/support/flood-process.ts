// Logs in with unknown accounts over and over. This is a separate process, so that the load does not
// slow down the test process. Reads its order as JSON from the first argument and prints the result
// as JSON.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { LoadConnection } from '../../bench/load/connection.js';
import type { FloodOrder, FloodOutcome, Times } from './flood.js';

/** The maximum number of connections. A request that finds none free is not sent and not counted. */
const MOST_CONNECTIONS = 1500;
const CHECK_EVERY_MS = 20;

const order = JSON.parse(process.argv[2]!) as FloodOrder;
const began = performance.now();
const endsAt = began + order.milliseconds;
const hasEnded = (): boolean => performance.now() >= endsAt;

const served: number[] = [];
const refused: number[] = [];
const checks: number[] = [];
const others: string[] = [];

const idle: LoadConnection[] = [];
let opened = 0;

async function connection(): Promise<LoadConnection | undefined> {
  const free = idle.pop();
  if (free || opened >= MOST_CONNECTIONS) return free;
  opened += 1;
  return LoadConnection.open(order.origin, `198.18.${opened >> 8}.${opened & 255}`);
}

/**
 * Logs in with an unknown account, which costs a hash like any other login. Each request names
 * another account, because logins with one identifier run one after the other.
 */
async function logIn(): Promise<void> {
  const asked = performance.now();
  const used = await connection();
  if (!used) return;
  const body = { identifier: `unknown${randomBytes(6).toString('hex')}`, password: 'x' };
  try {
    const answer = await used.ask({ method: 'POST', path: '/api/auth/login', body });
    const ms = performance.now() - asked;
    if (answer.status === 401) served.push(ms);
    else if (answer.status === 503 && (JSON.parse(answer.body) as { retryAfter: number }).retryAfter >= 1)
      refused.push(ms);
    else others.push(`${answer.status} ${answer.body}`);
    idle.push(used);
  } catch (error) {
    others.push((error as Error).message);
  }
}

async function check(): Promise<void> {
  const used = await LoadConnection.open(order.origin, '198.19.0.1');
  while (!hasEnded()) {
    const asked = performance.now();
    const answer = await used.ask({ method: 'POST', path: '/api/auth/verify', body: { token: order.accessToken } });
    checks.push(performance.now() - asked);
    if (answer.status !== 200) others.push(`check: ${answer.status} ${answer.body}`);
    await pause(CHECK_EVERY_MS);
  }
}

/** Clients that send the next request as soon as they have a response. */
async function clients(count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      while (!hasEnded()) await logIn();
    }),
  );
}

/** Requests at random times, independent of earlier responses. */
async function arrivals(perSecond: number): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for (let next = began; !hasEnded(); await pause(1)) {
    for (; next <= performance.now(); next -= (Math.log(1 - Math.random()) * 1000) / perSecond) {
      const one: Promise<void> = logIn().finally(() => underWay.delete(one));
      underWay.add(one);
    }
  }
  await Promise.all(underWay);
}

function timesOf(values: number[]): Times {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { count: sorted.length, perSecond: (sorted.length * 1000) / order.milliseconds, p50: at(0.5), p99: at(0.99) };
}

const load = order.clients === undefined ? arrivals(order.perSecond ?? 0) : clients(order.clients);
await Promise.all([load, check()]);
const outcome: FloodOutcome = {
  served: timesOf(served),
  refused: timesOf(refused),
  checks: timesOf(checks),
  others: others.length,
  example: others[0],
};
process.stdout.write(JSON.stringify(outcome), () => process.exit());
