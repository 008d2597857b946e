import { once } from 'node:events';
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { HashQueue } from './hash-queue.js';
import type { StrengthQuestion, StrengthReply } from './strength-worker.js';
import type { Strength } from './strength.js';

interface Thread {
  readonly worker: Worker;
  /** Aborted when the thread is gone. */
  readonly ended: AbortSignal;
}

/** The dictionaries go with the thread, and with them as much memory as all the rest takes; they come back within a second. */
const IDLE_MS = 60_000;

/**
 * Estimating makes much that is needed for no longer than one password. Left to itself, V8 gives that 50 to 60 MiB of memory and is
 * no faster for it (docs/performance.md).
 */
const LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 6 };

const WORKER = new URL('./strength-worker.js', import.meta.url);

/**
 * Estimates passwords on a thread of its own. Ten to forty milliseconds are as much as a hash takes, and on the main
 * thread nobody else would be answered meanwhile (PW-01). The thread begins with the first password and ends when there
 * has been none for a while.
 */
@Injectable()
export class StrengthEstimator implements OnApplicationShutdown {
  /** One at a time: a thread has one core. */
  private readonly gate: HashQueue;
  private thread: Thread | undefined;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor({ env }: AppConfig) {
    this.gate = new HashQueue(1, env.HASH_QUEUE_LIMIT);
  }

  /** @param ownWords what an acquaintance would try, in lower case. @throws DomainError `overloaded` */
  async estimate(password: string, ownWords: readonly string[]): Promise<Strength> {
    return this.gate.run(async () => {
      clearTimeout(this.idleTimer);
      try {
        return await this.ask({ password, ownWords });
      } finally {
        this.idleTimer = setTimeout(() => void this.end(), IDLE_MS).unref();
      }
    });
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.idleTimer);
    await this.end();
  }

  private async ask(question: StrengthQuestion): Promise<Strength> {
    const { worker, ended } = (this.thread ??= this.begin());
    worker.postMessage(question);
    // Rejects with what the thread died of, or because it ended.
    const [reply] = (await once(worker, 'message', { signal: ended })) as [StrengthReply];
    if ('failure' in reply) throw new Error(`a password could not be estimated: ${reply.failure}`);
    return reply.strength;
  }

  private begin(): Thread {
    // Flags of the process, such as a preloaded module, are not for its threads.
    const worker = new Worker(WORKER, { execArgv: [], resourceLimits: LIMITS });
    const ending = new AbortController();
    const thread = { worker, ended: ending.signal };
    // No reason to keep the process alive.
    worker.unref();
    worker.once('exit', () => {
      if (this.thread === thread) this.thread = undefined;
      ending.abort();
    });
    // Whoever waits is told by `once`; without a listener an error between two questions would end the process.
    worker.on('error', () => undefined);
    return thread;
  }

  private async end(): Promise<void> {
    const { thread } = this;
    this.thread = undefined;
    await thread?.worker.terminate();
  }
}
