import type { Server } from 'node:http';
import { promisify } from 'node:util';
import v8 from 'node:v8';

const WINDOW_MS = 200;

/** So many windows without work make the process quiet. */
const QUIET_WINDOWS = 2;

/** Processor time within a window that is no work: timers, the heartbeat. */
const REST_MICROSECONDS = 10_000;

/** A collection has to be worth its pause, which grows with what stays. */
const WORTHWHILE_GROWTH = 1.2;

/** What a collection depends on. */
export interface Workload {
  /** Requests so far. */
  readonly requests: () => number;
  /** Processor time of all threads so far. */
  readonly cpuMicroseconds: () => number;
  /** What V8 holds for the heap, used or not. */
  readonly heapBytes: () => number;
  /** Collects all garbage and returns its memory to the operating system. */
  readonly collect: () => Promise<void>;
}

/**
 * Returns the memory of the start, and later that of a busy time, as soon as the process is quiet
 * (ADR 0062). V8 alone keeps it until it needs more.
 */
export function collectWhenQuiet(server: Server): void {
  let requests = 0;
  server.on('request', () => (requests += 1));
  const endWindow = makeWindowEnd({
    requests: () => requests,
    cpuMicroseconds: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    heapBytes: () => v8.getHeapStatistics().total_heap_size,
    collect: collectGarbage,
  });
  // Where Node.js has no inspector or denies it, garbage stays until V8 needs more.
  const timer = setInterval(() => void endWindow().catch(() => clearInterval(timer)), WINDOW_MS).unref();
}

/** @returns a function to call at the end of each window */
export function makeWindowEnd({ requests, cpuMicroseconds, heapBytes, collect }: Workload): () => Promise<void> {
  let last = { requests: requests(), cpu: cpuMicroseconds() };
  let quietWindows = 0;
  let kept = 0;
  return async () => {
    const now = { requests: requests(), cpu: cpuMicroseconds() };
    const isQuiet = now.requests === last.requests && now.cpu - last.cpu < REST_MICROSECONDS;
    last = now;
    quietWindows = isQuiet ? quietWindows + 1 : 0;
    if (quietWindows < QUIET_WINDOWS || heapBytes() < kept * WORTHWHILE_GROWTH) return;
    kept = Infinity; // no second one before this one has ended
    await collect();
    kept = heapBytes();
  };
}

/** Of V8's interfaces only the inspector's collects all and compacts what stays. It opens no port. */
export async function collectGarbage(): Promise<void> {
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connect();
  const post = promisify<string, void>((method, done) => session.post(method, done));
  await post('HeapProfiler.collectGarbage').finally(() => session.disconnect());
}
