import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../platform/http/problems/domain-error.js';
import type { Tx } from '../../../platform/database/sql.js';
import { EventDeliveriesRepository } from '../deliveries/event-deliveries.repository.js';
import { EventConsumersRepository } from '../log/event-consumers.repository.js';
import type { Webhook } from './webhook.entity.js';
import { MAX_WEBHOOKS, WebhooksRepository, type NewWebhook, type WebhookChanges } from './webhooks.repository.js';

/** Adds, changes and removes webhooks while events are being written. */
@Injectable()
export class WebhookRegistry {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly consumers: EventConsumersRepository,
    private readonly deliveries: EventDeliveriesRepository,
  ) {}

  /**
   * Every change that commits after `tx` is an event for the webhook.
   * @throws DomainError `webhook_limit_reached`
   */
  async add(tx: Tx, webhook: NewWebhook): Promise<Webhook> {
    await this.consumers.add(tx, { kind: 'webhook', id: webhook.id }); // its lock also makes the count exact
    if ((await this.webhooks.count(tx)) >= MAX_WEBHOOKS) throw new DomainError('webhook_limit_reached');
    await this.webhooks.insert(tx, webhook);
    return this.get(tx, webhook.id);
  }

  /** @throws DomainError `not_found` */
  async change(tx: Tx, id: string, changes: WebhookChanges): Promise<Webhook> {
    // Events that are being written still go by the old types; those that follow go by the new ones.
    await this.consumers.awaitWriters(tx);
    await this.get(tx, id);
    await this.webhooks.update(tx, id, changes);
    return this.get(tx, id);
  }

  /**
   * Removes the webhook. Call {@link discardDeliveries} after the commit.
   * @throws DomainError `not_found`
   */
  async remove(tx: Tx, id: string): Promise<void> {
    await this.consumers.awaitWriters(tx); // Otherwise one of them could leave a delivery behind.
    await this.get(tx, id);
    await this.webhooks.delete(tx, id);
    await this.consumers.remove(tx, { kind: 'webhook', id });
  }

  /**
   * Deletes the deliveries of a removed webhook in many commits: there may be millions, and in one
   * commit with the removal its lock would hold up all logins. What a killed process leaves behind
   * is never sent, and is deleted with its events.
   */
  async discardDeliveries(id: string): Promise<void> {
    while (await this.deliveries.deleteSome(id));
  }

  private async get(tx: Tx, id: string): Promise<Webhook> {
    const webhook = await this.webhooks.find(tx, id);
    if (webhook === null) throw new DomainError('not_found', { detail: 'no such webhook' });
    return webhook;
  }
}
