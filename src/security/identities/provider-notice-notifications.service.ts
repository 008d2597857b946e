import { Injectable } from '@nestjs/common';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import type { ProviderNoticeEffect } from '../../mail/templates/mail-kinds.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ProviderNotice } from '../../platform/federation/notices/provider-notice.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import { MembersRepository } from '../../users/members.repository.js';
import { AuditLogService } from '../audit-log/audit-log.service.js';

/** Records what a provider reported about a member's account there, and mails the member what followed. */
@Injectable()
export class ProviderNoticeNotificationsService {
  constructor(
    private readonly config: AppConfig,
    private readonly members: MembersRepository,
    private readonly notifications: SecurityNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  async record(tx: Tx, memberId: string, { provider, kind }: ProviderNotice, context: ClientContext): Promise<void> {
    await this.auditLog.record(tx, 'identity.notice_received', { memberId, context }, { provider, notice: kind });
  }

  async notify(
    tx: Tx,
    memberId: string,
    providerId: string,
    what: ProviderNoticeEffect,
    context: ClientContext,
  ): Promise<void> {
    if (what === 'unlinked')
      await this.auditLog.record(tx, 'identity.unlinked', { memberId, context }, { provider: providerId });
    const member = await this.members.get(tx, memberId);
    const data = { loginIdMasked: maskLoginId(member.loginId), what, provider: this.config.nameOfProvider(providerId) };
    await this.notifications.send(tx, 'provider-notice', member, context, data);
  }
}
