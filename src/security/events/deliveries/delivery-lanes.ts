import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { AppConfig } from '../../../platform/config/app-config.js';
import { Notifications } from '../../../platform/database/notifications.js';
import { RepeatedFailure } from '../../../platform/logging/repeated-failure.js';
import { Backoff } from '../../../platform/outbox/backoff.js';
import { CircuitBreaker } from '../../../platform/outbox/circuit-breaker.js';
import { OutboxDispatcher } from '../../../platform/outbox/outbox-dispatcher.js';
import { WebhooksRepository } from '../webhooks/webhooks.repository.js';
import { DELIVERIES_CHANNEL } from './deliveries-channel.js';
import { EventDeliveriesRepository, type ClaimedDelivery } from './event-deliveries.repository.js';
import { WebhookDelivery } from './webhook-delivery.js';
import { WebhookQueue } from './webhook-queue.js';

/** The pause before the list of webhooks is read again after a failure. */
const RETRY_MS = 2000;
/** Deliveries to one receiver at once, per process: one while few wait, more for a backlog. */
const WIDTH = { max: 20, rowsPerStep: 100 };

/**
 * Runs one dispatcher for each enabled webhook. Each has its own slots and its own circuit breaker,
 * so a receiver that is slow, hangs or is gone holds up no other (EV-02). Without webhooks there is
 * no dispatcher, so nothing polls the database.
 */
@Injectable()
export class DeliveryLanes implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly lanes = new Map<string, OutboxDispatcher<ClaimedDelivery>>();
  private readonly stopping = new Set<Promise<void>>();
  private readonly logger = new Logger(DeliveryLanes.name);
  private readonly failure = new RepeatedFailure('reading webhooks failed', (line) => this.logger.warn(line));
  private loading: Promise<void> = Promise.resolve();
  private retryTimer: NodeJS.Timeout | undefined;
  private isStarted = false;
  private isStopped = false;

  constructor(
    private readonly config: AppConfig,
    private readonly notifications: Notifications,
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: EventDeliveriesRepository,
    private readonly delivery: WebhookDelivery,
  ) {}

  onModuleInit(): void {
    if (!this.config.env.WORKER_ENABLED) return;
    this.notifications.subscribe({
      channel: DELIVERIES_CHANNEL,
      onMessage: (webhookId) => (webhookId === '' ? this.reload() : this.lanes.get(webhookId)?.wake()),
      // The list may have changed while there was no connection.
      onConnected: async () => this.reload(),
    });
  }

  onApplicationBootstrap(): void {
    if (!this.config.env.WORKER_ENABLED) return;
    this.isStarted = true;
    this.reload();
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.retryTimer);
    await this.loading;
    for (const [id, lane] of this.lanes) this.close(id, lane);
    await Promise.all(this.stopping);
  }

  /** Opens and closes lanes, one change after the other. */
  private reload(): void {
    if (!this.isStarted || this.isStopped) return;
    this.loading = this.loading
      .then(() => this.openAndClose())
      .then(() => this.failure.clear())
      .catch((error: unknown) => {
        this.failure.record((error as Error).message);
        this.retryTimer = setTimeout(() => this.reload(), RETRY_MS);
      });
  }

  private async openAndClose(): Promise<void> {
    if (this.isStopped) return;
    const ids = await this.webhooks.listEnabledIds();
    for (const id of ids) if (!this.lanes.has(id)) this.open(id);
    for (const [id, lane] of this.lanes) if (!ids.includes(id)) this.close(id, lane);
    // Notifications of new deliveries may have been lost while there was no connection.
    for (const lane of this.lanes.values()) lane.wake();
  }

  private open(webhookId: string): void {
    const settings = {
      rows: 'deliveries',
      width: WIDTH,
      leaseSeconds: this.config.env.OUTBOX_LEASE_SECONDS,
    };
    const queue = new WebhookQueue(webhookId, this.deliveries);
    const lane = new OutboxDispatcher(settings, queue, this.delivery, new CircuitBreaker(new Backoff(1, 60)));
    this.lanes.set(webhookId, lane);
    lane.start();
  }

  private close(webhookId: string, lane: OutboxDispatcher<ClaimedDelivery>): void {
    this.lanes.delete(webhookId);
    const stopped = lane.stop().finally(() => this.stopping.delete(stopped));
    this.stopping.add(stopped);
  }
}
