import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { Count, Counters, Durability, Take, TakenCount, TakenCounts } from './counters.js';

/** After this long without an answer, the fallback counts. */
const TIMEOUT_MS = 250;
/**
 * A connection that is silent for this long while a command waits is closed, and all its commands
 * fail. A frozen server or a network that drops packets closes no connection; without this limit,
 * each command would wait and stay in memory.
 */
const SILENCE_MS = 1000;
const WARN_EVERY_MS = 60_000;
const PREFIX = 'munjigi:limit:';

/**
 * Each is one script, so that no key is left without an expiry when the process stops in between.
 * Redis uses its own clock.
 */
const ADD = `local points = redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {points, redis.call('PTTL', KEYS[1])}`;
const TAKE = `local points = tonumber(redis.call('GET', KEYS[1]) or '0')
if points >= tonumber(ARGV[2]) then return {0, points, redis.call('PTTL', KEYS[1])} end
points = redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {1, points, redis.call('PTTL', KEYS[1])}`;
/** Two arguments for each key: the length of its window, and its limit or -1. */
const TAKE_ALL = `local isTaken = 1
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[2 * i])
  if limit >= 0 and tonumber(redis.call('GET', key) or '0') >= limit then isTaken = 0 end
end
local reply = {isTaken}
for i, key in ipairs(KEYS) do
  if isTaken == 1 and tonumber(ARGV[2 * i]) >= 0 then
    redis.call('INCR', key)
    if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, ARGV[2 * i - 1]) end
  end
  reply[#reply + 1] = redis.call('GET', key)
  reply[#reply + 1] = redis.call('PTTL', key)
end
return reply`;
const READ = `return {redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])}`;
const SUBTRACT = `if tonumber(redis.call('GET', KEYS[1]) or '0') <= 0 then return 0 end
redis.call('DECR', KEYS[1])
return 1`;

/**
 * Counts in Redis, which takes the busiest rows off PostgreSQL. While Redis fails or does not
 * answer, `fallback` counts in windows of its own, so an outage neither refuses all requests nor removes
 * the limits.
 */
@Injectable()
export class RedisCounters implements Counters, OnApplicationShutdown {
  private readonly logger = new Logger(RedisCounters.name);
  private readonly redis: Redis;
  private warnedMs = Number.NEGATIVE_INFINITY;

  constructor(
    url: string,
    private readonly fallback: Counters,
  ) {
    this.redis = new Redis(url, {
      // While disconnected, commands fail at once and the fallback counts.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: TIMEOUT_MS,
      socketTimeout: SILENCE_MS,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2000),
    });
    this.redis.on('error', (error: Error) => this.warn(error));
  }

  async add(key: string, windowMs: number, durability?: Durability): Promise<Count> {
    return this.withFallback(
      async () => {
        const [points, msLeft] = (await this.redis.eval(ADD, 1, PREFIX + key, windowMs)) as [number, number];
        return { points, msLeft };
      },
      () => this.fallback.add(key, windowMs, durability),
    );
  }

  async take(key: string, windowMs: number, limit: number, durability?: Durability): Promise<TakenCount> {
    return this.withFallback(
      async () => {
        const reply = await this.redis.eval(TAKE, 1, PREFIX + key, windowMs, limit);
        const [isTaken, points, msLeft] = reply as [number, number, number];
        return { isTaken: isTaken === 1, points, msLeft };
      },
      () => this.fallback.take(key, windowMs, limit, durability),
    );
  }

  async takeAll(takes: readonly Take[], durability?: Durability): Promise<TakenCounts> {
    return this.withFallback(
      async () => {
        const keys = takes.map(({ key }) => PREFIX + key);
        // Infinity is no number to Redis.
        const limits = takes.map(({ windowMs, limit }) => [windowMs, Math.min(limit ?? -1, Number.MAX_SAFE_INTEGER)]);
        const reply = await this.redis.eval(TAKE_ALL, keys.length, ...keys, ...limits.flat());
        const [isTaken, ...states] = reply as [number, ...(string | number | null)[]];
        const counts = keys.map((_, index) =>
          countOf(states[2 * index] as string | null, states[2 * index + 1] as number),
        );
        return { isTaken: isTaken === 1, counts };
      },
      () => this.fallback.takeAll(takes, durability),
    );
  }

  async readAll(keys: readonly string[]): Promise<(Count | null)[]> {
    return this.withFallback(
      () => Promise.all(keys.map((key) => this.read(key))),
      () => this.fallback.readAll(keys),
    );
  }

  async subtract(key: string): Promise<boolean> {
    return this.withFallback(
      async () => (await this.redis.eval(SUBTRACT, 1, PREFIX + key)) === 1,
      () => this.fallback.subtract(key),
    );
  }

  async delete(key: string): Promise<void> {
    await this.withFallback(
      async () => void (await this.redis.del(PREFIX + key)),
      () => this.fallback.delete(key),
    );
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  private async read(key: string): Promise<Count | null> {
    const [points, msLeft] = (await this.redis.eval(READ, 1, PREFIX + key)) as [string | null, number];
    return countOf(points, msLeft);
  }

  private async withFallback<T>(run: () => Promise<T>, fallBack: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      this.warn(error as Error);
      return fallBack();
    }
  }

  private warn(error: Error): void {
    if (performance.now() - this.warnedMs < WARN_EVERY_MS) return;
    this.warnedMs = performance.now();
    this.logger.warn(`Redis does not count; PostgreSQL counts the limits until it does: ${error.message}`);
  }
}

function countOf(points: string | null, msLeft: number): Count | null {
  return points === null ? null : { points: Number(points), msLeft };
}
