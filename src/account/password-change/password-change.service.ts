import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { AccessRevocationService } from '../../sessions/revocation/access-revocation.service.js';
import { MembersRepository } from '../../users/members.repository.js';

/** A member who knows the password sets another one. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
    private readonly reauthentication: ReauthenticationService,
    private readonly ipLimits: IpLimitsService,
    private readonly access: AccessRevocationService,
    private readonly notifications: SecurityNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Ends all other sessions and voids every open proof. Wrong current passwords count like failed logins, so that a
   * stolen session is no place to guess from (PW-05).
   * @throws DomainError `invalid_credentials`, `validation_failed`, `password_too_common`, `overloaded`
   */
  async change(
    principal: Principal,
    currentPassword: string,
    newPassword: string,
    context: ClientContext,
  ): Promise<void> {
    const { memberId, sessionId } = principal;
    await this.ipLimits.takeRequest(context);
    const candidate = await this.reauthentication.confirmPassword(principal, currentPassword, context);
    const passwordHash = await this.passwords.hashNew(newPassword, candidate, 'newPassword');
    await this.database.transaction(async (tx) => {
      // Of parallel changes from the same current password one wins (CC-06).
      if (!(await this.members.setPassword(tx, memberId, passwordHash, candidate.passwordVersion))) {
        throw new DomainError('invalid_credentials', { detail: 'the password changed meanwhile' });
      }
      await this.access.revokeAll(tx, memberId, 'password-changed', context, sessionId);
      await this.auditLog.record(tx, 'password.changed', { memberId, sessionId, context }, {});
      const member = await this.members.get(tx, memberId);
      const loginIdMasked = maskLoginId(member.loginId);
      await this.notifications.send(tx, 'password-changed', member, context, { loginIdMasked, how: 'changed' });
    });
  }
}
