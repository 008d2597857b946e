import { Injectable } from '@nestjs/common';
import { adminContext } from '../../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../../mfa/administrators/admin-writes.service.js';
import { MemberLockoutService } from '../../mfa/lockout/member-lockout.service.js';
import { AdminNotificationsService } from '../../mail/notifications/admin-notifications.service.js';
import { Database } from '../../platform/database/database.js';
import { ProviderRevocationsService } from '../../platform/federation/revocations/provider-revocations.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { IdentitiesRepository } from '../../users/identities/identities.repository.js';

/** Unlinks an account at a provider that another person uses, or that its owner has lost. */
@Injectable()
export class UnlinkingService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly identities: IdentitiesRepository,
    private readonly revocations: ProviderRevocationsService,
    private readonly lockout: MemberLockoutService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: AdminNotificationsService,
  ) {}

  /**
   * Unlinks the account even if the member has no other way to log in, as {@link PasskeyRemovalService} does
   * (AC-26). Ends the sessions that any provider opened or confirmed, because a session does not record which
   * provider it was.
   *
   * @throws DomainError `not_found`, also for another member's identity; `forbidden` for the administrator's
   * own account: the account page unlinks there
   */
  async unlink(admin: MemberPrincipal, id: string, identityId: string, context: ClientContext): Promise<void> {
    if (id === admin.memberId) throw new DomainError('forbidden', { detail: 'own identity' });
    const actor = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      const identity = await this.identities.delete(tx, id, identityId);
      if (identity === null) throw new DomainError('not_found', { detail: 'not an identity of this member' });
      await this.revocations.queue(tx, [identity]);
      // The other person may be logged in, or await a second factor (CC-09).
      await this.lockout.endFederated(tx, id, 'ended-by-admin', actor);
      const { provider } = identity;
      await this.auditLog.record(tx, 'identity.unlinked', { memberId: id, context: actor }, { provider });
      await this.notifications.sendUnlinked(tx, member, provider, actor);
    });
  }
}
