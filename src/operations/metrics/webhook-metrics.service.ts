import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DeliveryListsRepository } from '../../security/events/deliveries/delivery-lists.repository.js';
import { WebhookDelivery } from '../../security/events/deliveries/webhook-delivery.js';
import type { Backlog } from '../../platform/outbox/backlog.js';
import { CachedMeasurement } from './cached-measurement.js';
import { MetricsRegistry } from './metrics-registry.js';
import { registerOutboxMetrics } from './outbox-metrics.js';

const METRICS = {
  backlog: {
    name: 'munjigi_webhook_deliveries',
    help: 'Deliveries to enabled webhooks by state: due, waiting (for the next attempt, or being sent), dead (given up)',
  },
  oldest: { name: 'munjigi_webhook_oldest_seconds', help: 'Age of the oldest delivery without an attempt' },
  attempts: {
    name: 'munjigi_webhook_attempts_total',
    help: 'Delivery attempts of this process by result: sent, or unreachable (any answer but a 2xx, or none)',
  },
};

/** Measures webhook deliveries in the way {@link OutboxMetricsService} measures mails. */
@Injectable()
export class WebhookMetricsService implements OnModuleInit {
  private readonly logger = new Logger(WebhookMetricsService.name);
  private readonly measurement: CachedMeasurement<Backlog>;

  constructor(
    private readonly metrics: MetricsRegistry,
    deliveries: DeliveryListsRepository,
    private readonly delivery: WebhookDelivery,
  ) {
    this.measurement = new CachedMeasurement(
      () => deliveries.measure(),
      ({ message }) => this.logger.warn(`webhook deliveries could not be measured: ${message}`),
    );
  }

  onModuleInit(): void {
    const { attemptCounts } = this.delivery;
    registerOutboxMetrics(this.metrics.registry, METRICS, () => this.measurement.read(), attemptCounts);
  }
}
