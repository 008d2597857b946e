import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import {
  ReplicationSlotsRepository,
  type ReplicationSlots,
} from '../../platform/database/replication-slots.repository.js';
import { DatabaseFigures } from './database-figures.js';
import { MetricsRegistry } from './metrics-registry.js';

/** Whether everybody who should follow the database does. Every process reports the same, as of the outbox. */
@Injectable()
export class ReplicaMetricsService implements OnModuleInit {
  private readonly logger = new Logger(ReplicaMetricsService.name);
  private readonly slots: DatabaseFigures<ReplicationSlots>;

  constructor(
    private readonly metrics: MetricsRegistry,
    slots: ReplicationSlotsRepository,
  ) {
    this.slots = new DatabaseFigures(
      () => slots.count(),
      ({ message }) => this.logger.warn(`the replication slots could not be counted: ${message}`),
    );
  }

  onModuleInit(): void {
    const read = (): Promise<ReplicationSlots | undefined> => this.slots.read();
    new Gauge({
      name: 'munjigi_replication_slots',
      help: 'Replicas of the database: active, away (what they have not seen fills its disk), lost (need a new copy)',
      labelNames: ['state'],
      registers: [this.metrics.registry],
      async collect() {
        const slots = await read();
        if (!slots) return;
        for (const state of ['active', 'away', 'lost'] as const) this.set({ state }, slots[state]);
      },
    });
  }
}
