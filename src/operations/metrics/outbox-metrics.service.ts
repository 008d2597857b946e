import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Counter } from 'prom-client';
import { MailDelivery } from '../../mail/delivery/mail-delivery.js';
import { OutboxBacklogRepository } from '../../mail/outbox/outbox-backlog.repository.js';
import type { Backlog } from '../../platform/outbox/backlog.js';
import { CachedMeasurement } from './cached-measurement.js';
import { MetricsRegistry } from './metrics-registry.js';
import { registerOutboxMetrics } from './outbox-metrics.js';

/**
 * Measures the backlog of the outbox and the delivery attempts. Every replica reports the same
 * backlog, so dashboards must take the maximum, not the sum. Attempts are counted per process and
 * can be summed.
 */
@Injectable()
export class OutboxMetricsService implements OnModuleInit {
  private readonly logger = new Logger(OutboxMetricsService.name);
  private readonly measurement: CachedMeasurement<Backlog>;
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
    const metrics = {
      backlog: {
        name: 'munjigi_outbox_messages',
        help: 'Mails by state: due, waiting (for the next attempt, or being sent), dead (given up; an administrator can retry them)',
      },
      oldest: { name: 'munjigi_outbox_oldest_seconds', help: 'Age of the oldest mail without a delivery attempt' },
      attempts: {
        name: 'munjigi_mail_attempts_total',
        help: 'Delivery attempts of this process by result: sent, postponed or dead (the recipient was refused temporarily or permanently), dropped, unreachable (the mail server)',
      },
    };
    registerOutboxMetrics(registry, metrics, () => this.measurement.read(), this.delivery.attemptCounts);
  }
}
