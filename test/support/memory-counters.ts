import type { Count, Counters, Take, TakenCount, TakenCounts } from '../../src/security/rate-limits/counters.js';

/** Counts in memory by a clock that the test moves. */
export class MemoryCounters implements Counters {
  nowMs = 0;
  private readonly windows = new Map<string, { points: number; endMs: number }>();

  async add(key: string, windowMs: number): Promise<Count> {
    const { points, msLeft } = await this.take(key, windowMs, Infinity);
    return { points, msLeft };
  }

  async take(key: string, windowMs: number, limit: number): Promise<TakenCount> {
    const window = this.current(key) ?? { points: 0, endMs: this.nowMs + windowMs };
    const isTaken = window.points < limit;
    if (isTaken) this.windows.set(key, { ...window, points: window.points + 1 });
    return { isTaken, points: window.points + Number(isTaken), msLeft: window.endMs - this.nowMs };
  }

  async takeAll(takes: readonly Take[]): Promise<TakenCounts> {
    const isTaken = takes.every(({ key, limit }) => limit === null || (this.current(key)?.points ?? 0) < limit);
    const counts = takes.map(({ key, windowMs, limit }) => {
      const window = this.current(key) ?? { points: 0, endMs: this.nowMs + windowMs };
      if (!isTaken || limit === null) return this.stateOf(key);
      this.windows.set(key, { ...window, points: window.points + 1 });
      return this.stateOf(key);
    });
    return { isTaken, counts };
  }

  async readAll(keys: readonly string[]): Promise<(Count | null)[]> {
    return keys.map((key) => this.stateOf(key));
  }

  async subtract(key: string): Promise<boolean> {
    const window = this.current(key);
    if (!window || window.points === 0) return false;
    window.points -= 1;
    return true;
  }

  async delete(key: string): Promise<void> {
    this.windows.delete(key);
  }

  private stateOf(key: string): Count | null {
    const window = this.current(key);
    return window ? { points: window.points, msLeft: window.endMs - this.nowMs } : null;
  }

  private current(key: string): { points: number; endMs: number } | undefined {
    const window = this.windows.get(key);
    return window && window.endMs > this.nowMs ? window : undefined;
  }
}
