import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { AppConfig } from '../../platform/config/app-config.js';
import { MembersRepository } from '../../users/members.repository.js';
import { DatabaseFigures } from './database-figures.js';
import { MetricsRegistry } from './metrics-registry.js';

/** Whether closed accounts are erased in time. Every replica reports the same, as of the outbox. */
@Injectable()
export class ErasureMetricsService implements OnModuleInit {
  private readonly logger = new Logger(ErasureMetricsService.name);
  private readonly delay: DatabaseFigures<number>;

  constructor(
    private readonly metrics: MetricsRegistry,
    { env }: AppConfig,
    members: MembersRepository,
  ) {
    this.delay = new DatabaseFigures(
      () => members.measureErasureDelay(env.ACCOUNT_ERASURE_GRACE_SECONDS),
      ({ message }) => this.logger.warn(`the erasure of closed accounts could not be measured: ${message}`),
    );
  }

  onModuleInit(): void {
    const read = (): Promise<number | undefined> => this.delay.read();
    new Gauge({
      name: 'munjigi_erasure_overdue_seconds',
      help: 'Since the grace of the oldest closed account that is not erased yet was over; 0 when there is none',
      registers: [this.metrics.registry],
      async collect() {
        const seconds = await read();
        if (seconds !== undefined) this.set(seconds);
      },
    });
  }
}
