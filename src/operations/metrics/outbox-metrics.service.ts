import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { MailDelivery } from '../../mail/delivery/mail-delivery.js';
import { OutboxBacklogRepository, type OutboxBacklog } from '../../mail/outbox/outbox-backlog.repository.js';
import { ATTEMPT_RESULTS } from '../../platform/outbox/attempts.js';
import { CachedMeasurement } from './cached-measurement.js';
import { MetricsRegistry } from './metrics-registry.js';

/**
 * Measures the backlog of the outbox and the delivery attempts. Every replica reports the same
 * backlog, so dashboards must take the maximum, not the sum. Attempts are counted per process and
 * can be summed.
 */
@Injectable()
export class OutboxMetricsService implements OnModuleInit {
  private readonly logger = new Logger(OutboxMetricsService.name);
  private readonly measurement: CachedMeasurement<OutboxBacklog>;
  private readonly failures = new Counter({
    name: 'munjigi_outbox_measure_failures_total',
    help: 'Failures to measure the outbox in the database; the other outbox metrics then keep their last values',
    registers: [],
  });

  constructor(
    private readonly metrics: MetricsRegistry,
    backlog: OutboxBacklogRepository,
    private readonly delivery: MailDelivery,
  ) {
    this.measurement = new CachedMeasurement(
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
    // Both gauges are read at the same time and share one query.
    const read = (): Promise<OutboxBacklog | undefined> => this.measurement.read();
    new Gauge({
      name: 'munjigi_outbox_messages',
      help: 'Mails by state: due, waiting (for the next attempt, or being sent), dead (given up; an administrator can retry them)',
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
      help: 'Age of the oldest mail without a delivery attempt',
      registers: [registry],
      async collect() {
        const backlog = await read();
        if (backlog) this.set(backlog.oldestSeconds);
      },
    });
    const { attemptCounts } = this.delivery;
    new Counter({
      name: 'munjigi_mail_attempts_total',
      help: 'Delivery attempts of this process by result: sent, postponed or dead (the recipient was refused temporarily or permanently), dropped, unreachable (the mail server)',
      labelNames: ['try', 'result'],
      registers: [registry],
      collect() {
        this.reset();
        for (const attempt of ['first', 'later'] as const)
          for (const result of ATTEMPT_RESULTS) this.inc({ try: attempt, result }, attemptCounts[attempt][result]);
      },
    });
  }
}
