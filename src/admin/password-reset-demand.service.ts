import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { SessionRevocationService } from '../sessions/revocation/session-revocation.service.js';
import { PendingProofsService } from '../mfa/challenges/pending-proofs.service.js';
import { MemberAdministrationRepository } from '../users/member-administration.repository.js';
import { PasswordInvitationsService } from '../verification/password-invitations.service.js';
import { adminContext } from './admin-context.js';
import { AdminWritesService } from './admin-writes.service.js';

/** Requires a new password from members whose password may be known to others. */
@Injectable()
export class PasswordResetDemandService {
  constructor(
    private readonly database: Database,
    private readonly members: MemberAdministrationRepository,
    private readonly writes: AdminWritesService,
    private readonly sessions: SessionRevocationService,
    private readonly pendingProofs: PendingProofsService,
    private readonly invitations: PasswordInvitationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Ends the member's sessions, voids mailed codes and links, reset tokens and logins that wait for
   * a second factor, and mails a link to set a new password. Only the member ever sees or sets it.
   *
   * @throws DomainError `not_found`, `member_not_active`
   */
  async demand(admin: Principal, id: string, context: ClientContext): Promise<void> {
    const actor = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      if (member.status !== 'active') throw new DomainError('member_not_active');
      await this.members.demandPasswordChange(tx, id);
      await this.pendingProofs.voidAllOf(tx, id);
      await this.sessions.endAll(tx, id, 'password-reset-demanded', actor);
      await this.auditLog.record(tx, 'password.reset_demanded', { memberId: id, context: actor }, {});
      await this.invitations.send(tx, member, 'reset-demanded');
    });
  }
}
