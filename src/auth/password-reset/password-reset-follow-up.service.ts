import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import type { Tx } from '../../platform/database/sql.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { LoginThrottleService } from '../../security/rate-limits/login-throttle.service.js';
import { AccessRevocationService } from '../../sessions/revocation/access-revocation.service.js';
import type { NotifiedMember } from '../../users/members.repository.js';

/**
 * The consequences of a password reset: an attacker who knew the old password loses access, and the
 * member is notified.
 */
@Injectable()
export class PasswordResetFollowUpService {
  constructor(
    private readonly access: AccessRevocationService,
    private readonly throttle: LoginThrottleService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: SecurityNotificationsService,
  ) {}

  async run(tx: Tx, member: NotifiedMember, context: ClientContext): Promise<void> {
    const { id: memberId } = member;
    const loginIdMasked = maskLoginId(member.loginId);
    await this.access.revokeAll(tx, memberId, 'password-reset', context);
    await this.throttle.clear(tx, memberId);
    await this.notifications.send(tx, 'password-changed', member, context, { loginIdMasked, how: 'reset' });
    await this.auditLog.record(tx, 'password.reset', { memberId, context }, {});
  }
}
