import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { AppConfig } from '../../platform/config/app-config.js';
import { AccountErasureRepository } from '../../users/account-erasure.repository.js';
import { CachedMeasurement } from './cached-measurement.js';
import { MetricsRegistry } from './metrics-registry.js';

/**
 * Measures whether closed accounts are erased in time. Every process reports the same value, so
 * a query takes the maximum and not the sum.
 */
@Injectable()
export class ErasureMetricsService implements OnModuleInit {
  private readonly logger = new Logger(ErasureMetricsService.name);
  private readonly delay: CachedMeasurement<number>;

  constructor(
    private readonly metrics: MetricsRegistry,
    { env }: AppConfig,
    accounts: AccountErasureRepository,
  ) {
    this.delay = new CachedMeasurement(
      () => accounts.measureDelay(env.ACCOUNT_ERASURE_GRACE_SECONDS),
      ({ message }) => this.logger.warn(`the erasure of closed accounts could not be measured: ${message}`),
    );
  }

  onModuleInit(): void {
    const read = (): Promise<number | undefined> => this.delay.read();
    new Gauge({
      name: 'munjigi_erasure_overdue_seconds',
      help: 'Seconds for which the oldest closed account has been due for erasure; 0 if none is due',
      registers: [this.metrics.registry],
      async collect() {
        const seconds = await read();
        if (seconds !== undefined) this.set(seconds);
      },
    });
  }
}
