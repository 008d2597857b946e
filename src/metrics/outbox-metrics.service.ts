import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { OutboxBacklogRepository, type OutboxBacklog } from '../mail/outbox-backlog.repository.js';
import { DatabaseFigures } from './database-figures.js';
import { MetricsRegistry } from './metrics-registry.js';

/** What waits in the outbox. Every replica reports the same figures, so dashboards take the largest and never the sum. */
@Injectable()
export class OutboxMetricsService implements OnModuleInit {
  private readonly logger = new Logger(OutboxMetricsService.name);
  private readonly figures: DatabaseFigures<OutboxBacklog>;
  private readonly failures = new Counter({
    name: 'munjigi_outbox_measure_failures_total',
    help: 'Times the database did not say what waits in the outbox; its figures are then the last known',
    registers: [],
  });

  constructor(
    private readonly metrics: MetricsRegistry,
    backlog: OutboxBacklogRepository,
  ) {
    this.figures = new DatabaseFigures(
      () => backlog.measure(),
      ({ message }) => {
        this.failures.inc();
        this.logger.warn(`the outbox could not be measured: ${message}`);
      },
    );
  }

  onModuleInit(): void {
    const { registry } = this.metrics;
    registry.registerMetric(this.failures);
    // One question for both gauges, which are read at the same time.
    const read = (): Promise<OutboxBacklog | undefined> => this.figures.read();
    new Gauge({
      name: 'munjigi_outbox_messages',
      help: 'Mails: due, waiting (for their next try, or being sent), dead (given up, for an operator to look at)',
      labelNames: ['state'],
      registers: [registry],
      async collect() {
        const backlog = await read();
        if (!backlog) return;
        for (const state of ['due', 'waiting', 'dead'] as const) this.set({ state }, backlog[state]);
      },
    });
    new Gauge({
      name: 'munjigi_outbox_oldest_seconds',
      help: 'Age of the oldest mail that is not sent yet',
      registers: [registry],
      async collect() {
        const backlog = await read();
        if (backlog) this.set(backlog.oldestSeconds);
      },
    });
  }
}
