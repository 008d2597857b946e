import type { OnApplicationBootstrap, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { AppConfig } from '../config/app-config.js';
import type { Notifications } from '../database/notifications.js';
import type { ClaimedRow } from './attempts.js';
import type { OutboxDispatcher } from './outbox-dispatcher.js';

/**
 * Runs a dispatcher for as long as the application runs, in processes with WORKER_ENABLED. Base
 * class of an outbox that has one dispatcher.
 */
export abstract class OutboxWorker<Row extends ClaimedRow>
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy
{
  constructor(
    protected readonly config: AppConfig,
    private readonly notifications: Notifications,
    /** The commit of a new row notifies this channel of PostgreSQL. */
    private readonly channel: string,
    protected readonly dispatcher: OutboxDispatcher<Row>,
  ) {}

  onModuleInit(): void {
    if (!this.config.env.WORKER_ENABLED) return;
    this.notifications.subscribe({
      channel: this.channel,
      onMessage: () => this.dispatcher.wake(),
      onConnected: async () => this.dispatcher.wake(),
    });
  }

  onApplicationBootstrap(): void {
    if (this.config.env.WORKER_ENABLED) this.dispatcher.start();
  }

  /**
   * At this point the connections to the database and the mail server are still open: MailerService
   * closes the latter in the same hook, but Nest destroys its module later.
   */
  async onModuleDestroy(): Promise<void> {
    await this.dispatcher.stop();
  }
}
