import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { ProviderRevocationDelivery } from '../../platform/federation/revocations/provider-revocation-delivery.js';
import { ProviderRevocationsRepository } from '../../platform/federation/revocations/provider-revocations.repository.js';
import type { Backlog } from '../../platform/outbox/backlog.js';
import { CachedMeasurement } from './cached-measurement.js';
import { MetricsRegistry } from './metrics-registry.js';
import { registerOutboxMetrics } from './outbox-metrics.js';

const METRICS = {
  backlog: {
    name: 'munjigi_provider_revocations',
    help: 'Permissions to take back at providers by state: due, waiting (for the next attempt, or being sent), dead (given up; munjigi social retry)',
  },
  oldest: { name: 'munjigi_provider_revocations_oldest_seconds', help: 'Age of the oldest one without an attempt' },
  attempts: {
    name: 'munjigi_provider_revocation_attempts_total',
    help: 'Attempts of this process to take a permission back by result: sent, postponed, dead, dropped (no such provider)',
  },
};

/**
 * Measures the revocations at providers in the way {@link OutboxMetricsService} measures mails. Where
 * no provider is configured, it registers no metrics.
 */
@Injectable()
export class RevocationMetricsService implements OnModuleInit {
  private readonly logger = new Logger(RevocationMetricsService.name);
  private readonly measurement: CachedMeasurement<Backlog>;

  constructor(
    private readonly config: AppConfig,
    private readonly metrics: MetricsRegistry,
    revocations: ProviderRevocationsRepository,
    private readonly delivery: ProviderRevocationDelivery,
  ) {
    this.measurement = new CachedMeasurement(
      () => revocations.measure(),
      ({ message }) => this.logger.warn(`revocations at providers could not be measured: ${message}`),
    );
  }

  onModuleInit(): void {
    if (this.config.socialProviders.length === 0) return;
    const { attemptCounts } = this.delivery;
    registerOutboxMetrics(this.metrics.registry, METRICS, () => this.measurement.read(), attemptCounts);
  }
}
