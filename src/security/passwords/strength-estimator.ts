import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Piscina } from 'piscina';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { StrengthTask } from './strength-worker.js';
import type { Strength } from './strength.js';

/** Ending the idle thread frees 30 MiB; starting it takes a tenth of a second. */
const IDLE_MS = 60_000;

/**
 * Estimating allocates much short-lived memory. Without a limit, V8 lets the young generation grow
 * to 50–60 MiB, which makes estimates no faster (docs/performance.md).
 */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 6 };

/** A task whose only effect is that a thread starts. */
const NO_PASSWORD: StrengthTask = { password: '', ownWords: [] };

const WORKER = new URL('./strength-worker.js', import.meta.url);

/**
 * Estimates password strength on one worker thread. An estimate takes up to 10 ms, as long as a hash;
 * on the main thread it would delay every other request (PW-01). The thread starts with the first
 * password and ends when idle.
 */
@Injectable()
export class StrengthEstimator implements OnApplicationShutdown {
  private readonly logger = new Logger(StrengthEstimator.name);
  private pool: Promise<Piscina<StrengthTask, Strength>> | undefined;

  constructor(private readonly config: AppConfig) {}

  /**
   * @param ownWords lower-case words that an acquaintance of the member would try
   * @throws DomainError `overloaded` when too many passwords are waiting
   */
  async estimate(password: string, ownWords: readonly string[]): Promise<Strength> {
    this.pool ??= this.startPool();
    const pool = await this.pool;
    if (pool.queueSize >= this.config.env.HASH_QUEUE_LIMIT)
      throw new DomainError('overloaded', { retryAfter: 2, detail: 'queue of strength estimates is full' });
    return pool.run({ password, ownWords });
  }

  async onApplicationShutdown(): Promise<void> {
    await (await this.pool)?.destroy();
  }

  private async startPool(): Promise<Piscina<StrengthTask, Strength>> {
    // Loaded with the first password: most processes start without ever estimating one.
    const { Piscina } = await import('piscina');
    const pool = new Piscina<StrengthTask, Strength>({
      filename: WORKER.href,
      minThreads: 0,
      maxThreads: 1,
      // One more than estimate() admits: room for the task that replaces a crashed thread.
      maxQueue: this.config.env.HASH_QUEUE_LIMIT + 1,
      idleTimeout: IDLE_MS,
      resourceLimits: RESOURCE_LIMITS,
      // Flags of the process, such as preloaded modules, are not meant for its threads.
      execArgv: [],
      recordTiming: false,
    });
    // Without a listener, a thread that fails between two tasks would end the process.
    pool.on('error', (error: Error) => this.logger.error(`the password strength worker failed: ${error.message}`));
    this.keepServing(pool);
    return pool;
  }

  /**
   * Piscina replaces a crashed thread only with the next task. The tasks that wait get a new thread
   * at once, unless the thread failed before it was ready: then they are refused, because the next
   * thread would fail likewise.
   */
  private keepServing(pool: Piscina<StrengthTask, Strength>): void {
    let ready = false;
    pool.on('workerCreate', () => (ready = true));
    pool.on('workerDestroy', () =>
      setImmediate(() => {
        if (pool.threads.length > 0 || pool.queueSize === 0) return;
        if (ready) pool.run(NO_PASSWORD).catch(() => undefined);
        else void this.refuseWaiting(pool);
        ready = false;
      }),
    );
  }

  private async refuseWaiting(pool: Piscina<StrengthTask, Strength>): Promise<void> {
    this.pool = undefined;
    await pool.destroy();
  }
}
