import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { Notifications } from '../../platform/database/notifications.js';
import { Backoff } from '../../platform/outbox/backoff.js';
import { CircuitBreaker } from '../../platform/outbox/circuit-breaker.js';
import { OutboxDispatcher } from '../../platform/outbox/outbox-dispatcher.js';
import { OutboxWorker } from '../../platform/outbox/outbox-worker.js';
import { OUTBOX_CHANNEL, OutboxRepository, type ClaimedMessage } from '../outbox/outbox.repository.js';
import { MailDelivery } from './mail-delivery.js';

/** The pause after a claim, so that mails of the same moment are claimed together. */
const SPACING_MS = 20;

/** Sends the mails of the outbox. */
@Injectable()
export class MailWorker extends OutboxWorker<ClaimedMessage> {
  constructor(
    config: AppConfig,
    notifications: Notifications,
    private readonly outbox: OutboxRepository,
    delivery: MailDelivery,
  ) {
    const { OUTBOX_CONCURRENCY: max, OUTBOX_LEASE_SECONDS: leaseSeconds } = config.env;
    // Always sends as many at once as allowed: members wait for these mails, and many mail servers
    // take a second for each.
    const settings = { rows: 'mails', width: { max }, leaseSeconds, spacingMs: SPACING_MS };
    const breaker = new CircuitBreaker(new Backoff(0.5, 5));
    super(config, notifications, OUTBOX_CHANNEL, new OutboxDispatcher(settings, outbox, delivery, breaker));
  }

  override onModuleInit(): void {
    super.onModuleInit();
    if (this.config.env.WORKER_ENABLED) this.outbox.sender = this.dispatcher;
  }
}
