import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { maskLoginId } from '../../users/login-id.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { Tx } from '../../platform/database/sql.js';
import type { Member } from '../../users/member.entity.js';
import { recipientOf, type MailRecipient } from '../mail-recipient.js';
import { MailService } from '../mail.service.js';
import type { AdminActionKind } from '../templates/mail-kinds.js';
import type { MailTemplates } from '../templates/mail-template.js';

/** What the mail names besides the action. */
type ActionDetails = Pick<MailTemplates['admin-action'], 'passkeyName' | 'isSecondStepOff' | 'provider'>;

/**
 * Mails members what an administrator did to their account. Who did it and from where is in the
 * audit log only.
 */
@Injectable()
export class AdminNotificationsService {
  constructor(
    private readonly config: AppConfig,
    private readonly mail: MailService,
  ) {}

  /** @param context of the action; its reason is mailed (AC-01) */
  async send(
    tx: Tx,
    member: Member,
    action: AdminActionKind,
    context: ClientContext,
    details: ActionDetails = {},
  ): Promise<void> {
    await this.queue(tx, member, recipientOf(member), action, context, details);
  }

  /** As {@link send}, for an account at a provider that may no longer be configured. */
  async sendUnlinked(tx: Tx, member: Member, providerId: string, context: ClientContext): Promise<void> {
    await this.send(tx, member, 'account-unlinked', context, { provider: this.config.nameOfProvider(providerId) });
  }

  /** As {@link send}, but the row names no member: an erasure deletes all mails of the member, and this mail must remain. */
  async sendApart(tx: Tx, member: Member, action: AdminActionKind, context: ClientContext): Promise<void> {
    await this.queue(tx, member, { ...recipientOf(member), memberId: null }, action, context, {});
  }

  private async queue(
    tx: Tx,
    member: Member,
    recipient: MailRecipient,
    action: AdminActionKind,
    { auditReason }: ClientContext,
    details: ActionDetails,
  ): Promise<void> {
    await this.mail.queue(tx, 'admin-action', recipient, {
      name: member.name ?? undefined,
      loginIdMasked: maskLoginId(member.loginId),
      at: new Date().toISOString(),
      what: action,
      ...details,
      reason: auditReason,
    });
  }
}
