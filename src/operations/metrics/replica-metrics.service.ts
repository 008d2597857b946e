import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import {
  ReplicationSlotsRepository,
  type ReplicationSlots,
} from '../../platform/database/replication-slots.repository.js';
import { CachedMeasurement } from './cached-measurement.js';
import { MetricsRegistry } from './metrics-registry.js';

/**
 * Counts the replication slots of the database by whether their replica is connected. Every process
 * reports the same values, so a query takes their maximum and not their sum.
 */
@Injectable()
export class ReplicaMetricsService implements OnModuleInit {
  private readonly logger = new Logger(ReplicaMetricsService.name);
  private readonly slots: CachedMeasurement<ReplicationSlots>;

  constructor(
    private readonly metrics: MetricsRegistry,
    slots: ReplicationSlotsRepository,
  ) {
    this.slots = new CachedMeasurement(
      () => slots.count(),
      ({ message }) => this.logger.warn(`the replication slots could not be counted: ${message}`),
    );
  }

  onModuleInit(): void {
    const read = (): Promise<ReplicationSlots | undefined> => this.slots.read();
    new Gauge({
      name: 'munjigi_replication_slots',
      help: 'Replicas of the database by state: active (connected), away (not connected; the WAL kept for them can fill the disk), lost (need a new base backup)',
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
