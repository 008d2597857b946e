import { Injectable } from '@nestjs/common';
import { adminContext } from '../../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../../mfa/administrators/admin-writes.service.js';
import {
  DeliveryListsRepository,
  type ListedDelivery,
} from '../../security/events/deliveries/delivery-lists.repository.js';
import { EventDeliveriesRepository } from '../../security/events/deliveries/event-deliveries.repository.js';
import type { DeliveryStatus } from '../../security/events/deliveries/event-delivery.entity.js';
import { WebhooksRepository } from '../../security/events/webhooks/webhooks.repository.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { PageCursors, type Page } from '../../platform/http/page-cursors.js';
import type { Principal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';

/** Lists the deliveries of a webhook, sends one again, and sends a test. */
@Injectable()
export class DeliveryAdministrationService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: EventDeliveriesRepository,
    private readonly lists: DeliveryListsRepository,
    private readonly auditLog: AuditLogService,
    private readonly cursors: PageCursors,
  ) {}

  /** Lists deliveries, newest first. @throws DomainError `not_found`, `validation_failed` for an invalid cursor */
  async list(
    webhookId: string,
    status: DeliveryStatus | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<ListedDelivery>> {
    const list = { name: 'deliveries', filter: { webhookId, status } } as const;
    const position = this.cursors.decode(list, cursor);
    if ((await this.webhooks.find(this.database, webhookId)) === null) throw new DomainError('not_found');
    return this.cursors.paginate(list, await this.lists.list({ webhookId, status }, limit + 1, position), limit);
  }

  /**
   * Sends a delivery again that was sent or given up. The event keeps its id; it may now come after
   * later events of its member.
   * @throws DomainError `not_found`, also for a delivery that is still pending; `webhook_disabled`
   */
  async retry(admin: Principal, webhookId: string, id: string, context: ClientContext): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.admit(tx, admin, webhookId);
      const retried = await this.deliveries.retry(tx, webhookId, id);
      if (retried === null) throw new DomainError('not_found', { detail: 'no such delivery, or it is pending' });
      const details = { webhookId, deliveryId: id };
      // The row names the member, so that an erasure also removes the reason that the administrator gave.
      const subject = { memberId: retried.memberId, context: adminContext(admin, context) };
      await this.auditLog.record(tx, 'webhook.delivery_retried', subject, details);
    });
  }

  /**
   * Queues a request of type `webhook.test`.
   * @returns the id of the delivery
   * @throws DomainError `not_found`, `webhook_disabled`
   */
  async test(admin: Principal, webhookId: string, context: ClientContext): Promise<string> {
    return this.database.transaction(async (tx) => {
      await this.admit(tx, admin, webhookId);
      await this.auditLog.record(tx, 'webhook.tested', { context: adminContext(admin, context) }, { webhookId });
      return this.deliveries.insertTest(tx, webhookId);
    });
  }

  private async admit(tx: Tx, admin: Principal, webhookId: string): Promise<void> {
    await this.writes.asAdministrator(tx, admin);
    const webhook = await this.webhooks.find(tx, webhookId);
    if (webhook === null) throw new DomainError('not_found', { detail: 'no such webhook' });
    if (!webhook.enabled) throw new DomainError('webhook_disabled');
  }
}
