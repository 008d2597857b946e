import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { ATTEMPT_RESULTS, MailDelivery } from '../../mail/delivery/mail-delivery.js';
import { OutboxBacklogRepository, type OutboxBacklog } from '../../mail/outbox/outbox-backlog.repository.js';
import { DatabaseFigures } from './database-figures.js';
import { MetricsRegistry } from './metrics-registry.js';

/**
 * What waits in the outbox, and what comes of sending it. Of what waits every replica reports the same figures, so
 * dashboards take the largest and never the sum; attempts are each process's own.
 */
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
    private readonly delivery: MailDelivery,
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
      help: 'Mails: due, waiting (for their next try, or being sent), dead (given up, and an operator can send them again)',
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
      help: 'Age of the oldest mail that was not tried yet',
      registers: [registry],
      async collect() {
        const backlog = await read();
        if (backlog) this.set(backlog.oldestSeconds);
      },
    });
    const { attemptCounts } = this.delivery;
    new Counter({
      name: 'munjigi_mail_attempts_total',
      help: 'Attempts of this process to send a mail: sent, postponed or dead (its recipient was refused for now or for good), dropped, unreachable (the mail server)',
      labelNames: ['try', 'result'],
      registers: [registry],
      collect() {
        this.reset();
        for (const turn of ['first', 'later'] as const)
          for (const result of ATTEMPT_RESULTS) this.inc({ try: turn, result }, attemptCounts[turn][result]);
      },
    });
  }
}
