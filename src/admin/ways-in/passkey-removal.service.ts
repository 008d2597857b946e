import { Injectable } from '@nestjs/common';
import { adminContext } from '../../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../../mfa/administrators/admin-writes.service.js';
import { AdminNotificationsService } from '../../mail/notifications/admin-notifications.service.js';
import { PendingProofsService } from '../../mfa/challenges/pending-proofs.service.js';
import { EnrolledFactorsService } from '../../mfa/enrolled-factors.service.js';
import { PasskeysRepository } from '../../mfa/passkeys/passkeys.repository.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';

/** Removes one passkey of a member, which was lost with a device or is not theirs. */
@Injectable()
export class PasskeyRemovalService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly passkeys: PasskeysRepository,
    private readonly factors: EnrolledFactorsService,
    private readonly pendingProofs: PendingProofsService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: AdminNotificationsService,
  ) {}

  /**
   * Removes the passkey even if the member has no other way to log in (AC-26): the finder of a lost device must
   * not be able to log in with it. Members themselves cannot remove their last way in (SO-31). The member gets
   * back in by a password reset through the mailbox.
   *
   * @throws DomainError `not_found`, also for another member's passkey; `forbidden` for the administrator's own
   * account, for the reason in {@link LostFactorService}
   */
  async remove(admin: MemberPrincipal, id: string, passkeyId: string, context: ClientContext): Promise<void> {
    if (id === admin.memberId) throw new DomainError('forbidden', { detail: 'own passkey' });
    const actor = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      const name = await this.passkeys.remove(tx, passkeyId, id);
      if (name === undefined) throw new DomainError('not_found', { detail: 'not a passkey of this member' });
      const hasFactorLeft = await this.factors.dropOrphanedRecoveryCodes(tx, id);
      await this.pendingProofs.voidLogins(tx, id);
      await this.auditLog.record(tx, 'passkey.removed', { memberId: id, context: actor }, { name });
      const details = { passkeyName: name ?? undefined, ...(!hasFactorLeft && { isSecondStepOff: 1 as const }) };
      await this.notifications.send(tx, member, 'passkey-removed', actor, details);
    });
  }
}
