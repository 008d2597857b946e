import { Injectable } from '@nestjs/common';
import type { MemberPrincipal } from '../platform/http/principal.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { AdminNotificationsService } from '../mail/notifications/admin-notifications.service.js';
import { PendingProofsService } from '../mfa/challenges/pending-proofs.service.js';
import { EnrolledFactorsService, type EnrolledFactor } from '../mfa/enrolled-factors.service.js';
import { adminContext } from '../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../mfa/administrators/admin-writes.service.js';

/** Removes the second factor of a member who has lost it and so cannot log in. */
@Injectable()
export class LostFactorService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly factors: EnrolledFactorsService,
    private readonly pendingProofs: PendingProofsService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: AdminNotificationsService,
  ) {}

  /**
   * Removes the authenticator app or all passkeys, in one commit with the audit row and the mail to
   * the member (AD-02). Administrators cannot remove their own factor here. As every member, they have
   * to prove a factor for that (FT-12).
   *
   * @throws DomainError `not_found`, `totp_not_enabled`, `forbidden`
   */
  async remove(admin: MemberPrincipal, id: string, factor: EnrolledFactor, context: ClientContext): Promise<void> {
    if (id === admin.memberId) throw new DomainError('forbidden', { detail: 'own second factor' });
    const actor = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      const hasFactorLeft = await this.factors.removeLost(tx, id, factor);
      if (hasFactorLeft === null) throw new DomainError(factor === 'totp' ? 'totp_not_enabled' : 'not_found');
      await this.pendingProofs.voidLogins(tx, id);
      await this.auditLog.record(tx, 'two-factor.removed_by_admin', { memberId: id, context: actor }, { factor });
      await this.notifications.send(tx, member, hasFactorLeft ? 'factor-removed' : 'two-factor-removed', actor);
    });
  }
}
