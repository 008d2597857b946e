import { Injectable } from '@nestjs/common';
import { settleAll } from '../../platform/concurrency/settle-all.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import type { Tx } from '../../platform/database/sql.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { LoginThrottleService } from '../../security/rate-limits/login-throttle.service.js';
import { AccessRevocationService } from '../../sessions/revocation/access-revocation.service.js';
import { MembersRepository } from '../../users/members.repository.js';

/**
 * The consequences of a password reset: an attacker who knew the old password loses access, and the
 * member is notified.
 */
@Injectable()
export class PasswordResetFollowUpService {
  constructor(
    private readonly members: MembersRepository,
    private readonly access: AccessRevocationService,
    private readonly throttle: LoginThrottleService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: SecurityNotificationsService,
  ) {}

  async run(tx: Tx, memberId: string, context: ClientContext): Promise<void> {
    await this.access.revokeAll(tx, memberId, 'password-reset', context);
    await this.throttle.clear(tx, memberId);
    const [member] = await settleAll([
      this.members.getNotified(tx, memberId),
      this.auditLog.record(tx, 'password.reset', { memberId, context }, {}),
    ]);
    const loginIdMasked = maskLoginId(member.loginId);
    await this.notifications.send(tx, 'password-changed', member, context, { loginIdMasked, how: 'reset' });
  }
}
