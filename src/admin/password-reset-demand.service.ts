import { Injectable } from '@nestjs/common';
import { AdminNotificationsService } from '../mail/notifications/admin-notifications.service.js';
import type { Principal } from '../platform/http/principal.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { MemberAdministrationRepository } from '../users/member-administration.repository.js';
import { PasswordInvitationsService } from '../verification/password-invitations.service.js';
import { adminContext } from '../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../mfa/administrators/admin-writes.service.js';
import { MemberLockoutService } from '../mfa/lockout/member-lockout.service.js';
import type { ResetReason } from './member.dto.js';

/** Requires a new password from members whose password may be known to others. */
@Injectable()
export class PasswordResetDemandService {
  constructor(
    private readonly database: Database,
    private readonly members: MemberAdministrationRepository,
    private readonly writes: AdminWritesService,
    private readonly lockout: MemberLockoutService,
    private readonly invitations: PasswordInvitationsService,
    private readonly notifications: AdminNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Ends the member's sessions, voids mailed codes and links, reset tokens and logins that wait for
   * a second factor, and mails a link to set a new password. Only the member ever sees or sets it.
   * If the reason is `compromised`, neither the present password nor a recent passkey or linked account
   * leads to a new password: an intruder who has one of them could set it first (ADR 0023).
   *
   * @throws DomainError `not_found`, `member_not_active`
   */
  async demand(admin: Principal, id: string, reason: ResetReason, context: ClientContext): Promise<void> {
    const actor = adminContext(admin, context);
    const isCompromised = reason === 'compromised';
    await this.database.transaction(async (tx) => {
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      if (member.status !== 'active') throw new DomainError('member_not_active');
      await this.members.demandPasswordChange(tx, id, isCompromised);
      if (!isCompromised) await this.lockout.lockOut(tx, id, 'password-reset-demanded', actor);
      else if (await this.lockout.lockOutIntruder(tx, id, 'password-reset-demanded', actor))
        await this.notifications.send(tx, member, 'accounts-unlinked', actor);
      await this.auditLog.record(tx, 'password.reset_demanded', { memberId: id, context: actor }, { reason });
      await this.invitations.send(tx, member, 'reset-demanded', actor.auditReason);
    });
  }
}
