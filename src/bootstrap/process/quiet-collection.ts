import type { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { promisify } from 'node:util';
import v8 from 'node:v8';

/** Work is measured in windows of this length. */
const WINDOW_MS = 1000;

/** The process is quiet after this many windows without work. */
const QUIET_WINDOWS = 3;

/**
 * A window that takes less processor time than this counts as one without work. Timers and the
 * heartbeat alone take up to 70 ms on a slow machine.
 */
const REST_MICROSECONDS = 100_000;

/** Requests of orchestrators and Prometheus. They come every few seconds, also while no client uses the server. */
const PROBES = /^\/(health\/|metrics$)/;

/**
 * The heap must have grown by this factor since the last collection. A collection pauses the
 * process, the longer the larger the heap is.
 */
const WORTHWHILE_GROWTH = 1.2;

/** What decides about a collection, and the collection itself. */
export interface Workload {
  /** Requests so far, without probes. */
  readonly requests: () => number;
  /** Processor time of all threads so far. */
  readonly cpuMicroseconds: () => number;
  /** Memory that V8 holds for the heap, used or not. */
  readonly heapBytes: () => number;
  /** Collects all garbage and returns its memory to the operating system. */
  readonly collect: () => Promise<void>;
}

/**
 * Returns memory to the operating system whenever the process becomes quiet: after the start, and
 * after each busy time (ADR 0062). Otherwise V8 keeps the memory until it needs more.
 */
export function collectWhenQuiet(server: Server): void {
  const endWindow = makeWindowEnd({
    requests: countRequests(server),
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

/** @returns a function that returns how many requests have arrived, without probes */
export function countRequests(server: EventEmitter): () => number {
  let requests = 0;
  server.on('request', ({ url = '' }: IncomingMessage) => (requests += PROBES.test(url) ? 0 : 1));
  return () => requests;
}

/** @returns a function to call at the end of each window */
export function makeWindowEnd({ requests, cpuMicroseconds, heapBytes, collect }: Workload): () => Promise<void> {
  let last = { requests: requests(), cpu: cpuMicroseconds() };
  let quietWindows = 0;
  let heapAfterCollection = 0;
  return async () => {
    const now = { requests: requests(), cpu: cpuMicroseconds() };
    const isQuiet = now.requests === last.requests && now.cpu - last.cpu < REST_MICROSECONDS;
    last = now;
    quietWindows = isQuiet ? quietWindows + 1 : 0;
    if (quietWindows < QUIET_WINDOWS || heapBytes() < heapAfterCollection * WORTHWHILE_GROWTH) return;
    heapAfterCollection = Infinity; // starts no second collection before this one has ended
    await collect();
    quietWindows = 0;
    heapAfterCollection = heapBytes();
  };
}

/**
 * Collects all garbage and compacts the heap. Only V8's inspector offers both. An inspector session
 * within the process opens no port.
 */
export async function collectGarbage(): Promise<void> {
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connect();
  const post = promisify<string, void>((method, done) => session.post(method, done));
  await post('HeapProfiler.collectGarbage').finally(() => session.disconnect());
}
