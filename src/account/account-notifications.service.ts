import { Injectable } from '@nestjs/common';
import { AppConfig } from '../platform/config/app-config.js';
import type { Tx } from '../platform/database/sql.js';
import type { ClientContext } from '../platform/http/client-context.js';
import type { MemberPrincipal } from '../platform/http/principal.js';
import { SecurityNotificationsService } from '../mail/notifications/security-notifications.service.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import { maskLoginId } from '../users/login-id.js';
import type { Member } from '../users/member.entity.js';

/**
 * Records a change of an account in the audit log and mails its member, in the transaction of the
 * change.
 */
@Injectable()
export class AccountNotificationsService {
  constructor(
    private readonly config: AppConfig,
    private readonly notifications: SecurityNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  async notifyPasswordChanged(
    tx: Tx,
    principal: MemberPrincipal,
    member: Member,
    context: ClientContext,
  ): Promise<void> {
    const { memberId, sessionId } = principal;
    await this.auditLog.record(tx, 'password.changed', { memberId, sessionId, context }, {});
    const loginIdMasked = maskLoginId(member.loginId);
    await this.notifications.send(tx, 'password-changed', member, context, { loginIdMasked, how: 'changed' });
  }

  async notifyClosed(tx: Tx, principal: MemberPrincipal, member: Member, context: ClientContext): Promise<void> {
    const { memberId, sessionId } = principal;
    await this.auditLog.record(tx, 'account.closed', { memberId, sessionId, context }, {});
    const loginIdMasked = maskLoginId(member.loginId);
    const graceMs = this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS * 1000;
    const eraseOn = new Date(Date.now() + graceMs).toISOString();
    await this.notifications.send(tx, 'account-closed', member, context, { loginIdMasked, eraseOn });
  }
}
