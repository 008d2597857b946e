import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { SessionRevocationService } from '../../sessions/revocation/session-revocation.service.js';
import { LoginChallengesService } from '../../mfa/challenges/login-challenges.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';

/** A member leaves: closed at once, erased after a grace in which logging in restores it. */
@Injectable()
export class AccountClosingService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly reauthentication: ReauthenticationService,
    private readonly sessions: SessionRevocationService,
    private readonly emailChallenges: EmailChallengesService,
    private readonly challenges: LoginChallengesService,
    private readonly notifications: SecurityNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** @throws DomainError `invalid_credentials`, `overloaded`, `last_admin` */
  async close(principal: Principal, password: string, context: ClientContext): Promise<void> {
    const { memberId, sessionId } = principal;
    await this.reauthentication.confirmPassword(principal, password, context);
    const graceMs = this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS * 1000;
    await this.database.transaction(async (tx) => {
      await this.members.lockAdministrators(tx);
      await this.members.lock(tx, memberId);
      const member = await this.members.get(tx, memberId);
      // Closed by another request a moment ago: that one has done all the rest.
      if (member.status !== 'active') return;
      if (!(await this.members.close(tx, memberId))) throw new DomainError('last_admin');
      await this.emailChallenges.voidAllOf(tx, memberId);
      // Otherwise a login from before could open the account again by its second step.
      await this.challenges.voidAllOf(tx, memberId);
      await this.sessions.endAll(tx, memberId, 'account-closed', context);
      await this.auditLog.record(tx, 'account.closed', { memberId, sessionId, context }, {});
      const eraseOn = new Date(Date.now() + graceMs).toISOString();
      await this.notifications.send(tx, 'account-closed', member, context, {
        loginIdMasked: maskLoginId(member.loginId),
        eraseOn,
      });
    });
  }
}
