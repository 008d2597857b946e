import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { Notifications } from '../../database/notifications.js';
import { Backoff } from '../../outbox/backoff.js';
import { CircuitBreaker } from '../../outbox/circuit-breaker.js';
import { OutboxDispatcher } from '../../outbox/outbox-dispatcher.js';
import { OutboxWorker } from '../../outbox/outbox-worker.js';
import { ProviderRevocationDelivery } from './provider-revocation-delivery.js';
import {
  PROVIDER_REVOCATIONS_CHANNEL,
  ProviderRevocationsRepository,
  type ClaimedRevocation,
} from './provider-revocations.repository.js';

/** Few accounts are unlinked. Providers share the slots, and first attempts keep one of them. */
const SETTINGS = { rows: 'revocations at providers', width: { max: 5 }, leaseSeconds: 60 };

/**
 * Takes permissions back at providers. Its circuit breaker never opens: each row has a backoff of
 * its own, and one provider that is down must not hold up another.
 */
@Injectable()
export class ProviderRevocationWorker extends OutboxWorker<ClaimedRevocation> {
  constructor(
    config: AppConfig,
    notifications: Notifications,
    queue: ProviderRevocationsRepository,
    delivery: ProviderRevocationDelivery,
  ) {
    const breaker = new CircuitBreaker(new Backoff(1, 1));
    const dispatcher = new OutboxDispatcher(SETTINGS, queue, delivery, breaker);
    super(config, notifications, PROVIDER_REVOCATIONS_CHANNEL, dispatcher);
  }

  /** Without social login there is nothing to look for. */
  override onModuleInit(): void {
    if (this.config.socialProviders.length > 0) super.onModuleInit();
  }

  override onApplicationBootstrap(): void {
    if (this.config.socialProviders.length > 0) super.onApplicationBootstrap();
  }
}
