import { Injectable, Logger } from '@nestjs/common';
import { MailService } from '../../../mail/mail.service.js';
import { recipientOf } from '../../../mail/mail-recipient.js';
import { reasonOf } from '../../../platform/database/database-errors.js';
import { Database } from '../../../platform/database/database.js';
import { MemberAdministrationRepository } from '../../../users/member-administration.repository.js';
import { WebhooksRepository } from '../webhooks/webhooks.repository.js';
import type { ClaimedDelivery } from './event-deliveries.repository.js';
import { EventDeliveriesRepository } from './event-deliveries.repository.js';

/** Notes which webhooks fail, and switches off those that have failed for three days. */
@Injectable()
export class WebhookHealthService {
  private readonly logger = new Logger(WebhookHealthService.name);

  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: EventDeliveriesRepository,
    private readonly members: MemberAdministrationRepository,
    private readonly mail: MailService,
  ) {}

  /** Never throws: the outcome of the attempt must be recorded in any case. */
  async note(delivery: ClaimedDelivery, succeeded: boolean): Promise<void> {
    try {
      if (!succeeded) await this.noteFailure(delivery);
      else if (delivery.isFailing) await this.webhooks.markWorking(delivery.webhookId);
    } catch (error) {
      this.logger.warn(`could not record the health of webhook ${delivery.webhookId}: ${reasonOf(error)}`);
    }
  }

  private async noteFailure({ webhookId, isFailing }: ClaimedDelivery): Promise<void> {
    await this.webhooks.markFailing(webhookId);
    if (!isFailing) return;
    await this.database.transaction(async (tx) => {
      const webhook = await this.webhooks.switchOff(tx, webhookId);
      if (webhook === null) return;
      await this.deliveries.giveUpAll(tx, webhookId, 'the webhook failed for three days and was switched off');
      for (const administrator of await this.members.listActiveAdministrators(tx))
        await this.mail.queue(tx, 'webhook-switched-off', recipientOf(administrator), {
          name: administrator.name ?? undefined,
          host: new URL(webhook.url).host,
          at: new Date().toISOString(),
        });
      this.logger.warn(`webhook ${webhookId} failed for three days and was switched off`);
    });
  }
}
