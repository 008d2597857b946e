import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { Count, Counters } from './counters.js';

/** A limit that takes longer than this to ask for is asked for elsewhere. */
const TIMEOUT_MS = 250;
/**
 * A Redis that has said nothing for this long while something was asked is taken for gone: the connection is closed, with all
 * that waits in it, and until there is another one nobody waits for Redis. A frozen server, or a network that swallows
 * everything, closes no connection by itself; each question would wait its time, and stay in memory afterwards.
 */
const SILENCE_MS = 1000;
const COMPLAIN_EVERY_MS = 60_000;
const PREFIX = 'munjigi:limit:';

/** One script, so that nothing happens between counting and giving the window its end. Redis runs it by its own clock. */
const ADD = `local points = redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {points, redis.call('PTTL', KEYS[1])}`;
const READ = `return {redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])}`;
const TAKE_BACK = `if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end`;

/**
 * Counts in Redis, which spares PostgreSQL its busiest rows. A Redis that does not answer opens no door and closes none:
 * counting goes on in `fallback`, where the windows then begin anew.
 */
@Injectable()
export class RedisCounters implements Counters, OnApplicationShutdown {
  private readonly logger = new Logger(RedisCounters.name);
  private readonly redis: Redis;
  private complainedMs = Number.NEGATIVE_INFINITY;

  constructor(
    url: string,
    private readonly fallback: Counters,
  ) {
    this.redis = new Redis(url, {
      // Waiting for a connection helps nobody who waits for an answer.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: TIMEOUT_MS,
      socketTimeout: SILENCE_MS,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2000),
    });
    this.redis.on('error', (error: Error) => this.complain(error));
  }

  async add(key: string, windowMs: number): Promise<Count> {
    return this.orElse(
      async () => {
        const [points, msLeft] = (await this.redis.eval(ADD, 1, PREFIX + key, windowMs)) as [number, number];
        return { points, msLeft };
      },
      () => this.fallback.add(key, windowMs),
    );
  }

  async read(key: string): Promise<Count | null> {
    return this.orElse(
      async () => {
        const [points, msLeft] = (await this.redis.eval(READ, 1, PREFIX + key)) as [string | null, number];
        return points === null ? null : { points: Number(points), msLeft };
      },
      () => this.fallback.read(key),
    );
  }

  async takeBack(key: string): Promise<void> {
    await this.orElse(
      () => this.redis.eval(TAKE_BACK, 1, PREFIX + key),
      () => this.fallback.takeBack(key),
    );
  }

  async delete(key: string): Promise<void> {
    await this.orElse(
      async () => void (await this.redis.del(PREFIX + key)),
      () => this.fallback.delete(key),
    );
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  private async orElse<T>(ask: () => Promise<T>, askElsewhere: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.complain(error as Error);
      return askElsewhere();
    }
  }

  private complain(error: Error): void {
    if (performance.now() - this.complainedMs < COMPLAIN_EVERY_MS) return;
    this.complainedMs = performance.now();
    this.logger.warn(`Redis does not answer, limits are counted in PostgreSQL meanwhile: ${error.message}`);
  }
}
