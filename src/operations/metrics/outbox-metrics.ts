import { Counter, Gauge, type Registry } from 'prom-client';
import { ATTEMPT_RESULTS, type AttemptCounts } from '../../platform/outbox/attempts.js';
import type { Backlog } from '../../platform/outbox/backlog.js';

interface Metric {
  readonly name: string;
  readonly help: string;
}

/** The metrics of one outbox. */
export interface OutboxMetrics {
  readonly backlog: Metric;
  readonly oldest: Metric;
  readonly attempts: Metric;
}

/** Registers the metrics of an outbox. Both gauges are read at the same time and share one query. */
export function registerOutboxMetrics(
  registry: Registry,
  { backlog, oldest, attempts }: OutboxMetrics,
  read: () => Promise<Backlog | undefined>,
  counts: AttemptCounts,
): void {
  const registers = [registry];
  new Gauge({
    ...backlog,
    labelNames: ['state'],
    registers,
    async collect() {
      const measured = await read();
      if (!measured) return;
      for (const state of ['due', 'waiting', 'dead'] as const) this.set({ state }, measured[state]);
    },
  });
  new Gauge({
    ...oldest,
    registers,
    async collect() {
      const measured = await read();
      if (measured) this.set(measured.oldestSeconds);
    },
  });
  new Counter({
    ...attempts,
    labelNames: ['try', 'result'],
    registers,
    collect() {
      this.reset();
      for (const attempt of ['first', 'later'] as const)
        for (const result of ATTEMPT_RESULTS) this.inc({ try: attempt, result }, counts[attempt][result]);
    },
  });
}
