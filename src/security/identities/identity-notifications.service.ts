import { Injectable } from '@nestjs/common';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import type { IdentityChangeKind } from '../../mail/templates/mail-kinds.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import { MembersRepository } from '../../users/members.repository.js';
import { AuditLogService } from '../audit-log/audit-log.service.js';

/**
 * Records that an account at a provider was linked or unlinked, and mails the member, in the
 * transaction of the change. An intruder in an open session could otherwise add a way in of their
 * own without a trace in the mailbox (SO-13).
 */
@Injectable()
export class IdentityNotificationsService {
  constructor(
    private readonly config: AppConfig,
    private readonly members: MembersRepository,
    private readonly notifications: SecurityNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** @param providerId of a provider that may no longer be configured */
  async notify(
    tx: Tx,
    what: IdentityChangeKind,
    providerId: string,
    { memberId, sessionId = null }: { readonly memberId: string; readonly sessionId?: string | null },
    context: ClientContext,
  ): Promise<void> {
    const event = what === 'unlinked' ? 'identity.unlinked' : 'identity.linked';
    await this.auditLog.record(tx, event, { memberId, sessionId, context }, { provider: providerId });
    await this.mail(tx, what, providerId, memberId, context);
  }

  /** Mails the member, for a change that the audit log already has. */
  async mail(
    tx: Tx,
    what: IdentityChangeKind,
    providerId: string,
    memberId: string,
    context: ClientContext,
  ): Promise<void> {
    const member = await this.members.get(tx, memberId);
    const data = { loginIdMasked: maskLoginId(member.loginId), what, provider: this.config.nameOfProvider(providerId) };
    await this.notifications.send(tx, 'identity-changed', member, context, data);
  }
}
