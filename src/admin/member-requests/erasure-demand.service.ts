import { Injectable } from '@nestjs/common';
import { adminContext } from '../../administrators/admin-context.js';
import { AdminWritesService } from '../../administrators/admin-writes.service.js';
import { AdminNotificationsService } from '../../mail/notifications/admin-notifications.service.js';
import { Database } from '../../platform/database/database.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { MemberAdministrationRepository } from '../../users/member-administration.repository.js';
import { MemberLockoutService } from '../member-lockout.service.js';

/** Closes the account of a member who asked for its erasure and cannot log in. */
@Injectable()
export class ErasureDemandService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly members: MemberAdministrationRepository,
    private readonly lockout: MemberLockoutService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: AdminNotificationsService,
  ) {}

  /**
   * Closes the account as its owner would: it is erased after the waiting period, in which a login
   * restores it. With `atOnce` no login does, and the next round of the erasure deletes it. That
   * cannot be undone, so the request of the member has to be named as the reason (AC-25).
   *
   * @throws DomainError `not_found`, `last_admin`, `member_not_active`, `forbidden` for one's own
   * account; `validation_failed` without a reason
   */
  async demand(admin: MemberPrincipal, id: string, atOnce: boolean, context: ClientContext): Promise<void> {
    if (id === admin.memberId) throw new DomainError('forbidden', { detail: 'own account' });
    if (atOnce && context.auditReason === undefined)
      throw new DomainError('validation_failed', { fields: [{ field: 'Audit-Reason', code: 'required' }] });
    const actor = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      await this.members.lockAdministrators(tx);
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      if (!atOnce && member.status !== 'active') throw new DomainError('member_not_active');
      const isClosed = atOnce
        ? await this.members.closeForGood(tx, id, this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS)
        : await this.members.close(tx, id);
      if (!isClosed) throw new DomainError('last_admin');
      await this.lockout.lockOut(tx, id, 'account-closed', actor);
      await this.auditLog.record(tx, 'member.erasure_demanded', { memberId: id, context: actor }, { atOnce });
      if (member.status !== 'closed')
        await this.auditLog.record(tx, 'account.closed', { memberId: id, context: actor }, {});
      if (atOnce) await this.notifications.sendApart(tx, member, 'erased', actor);
      else await this.notifications.send(tx, member, 'closed', actor);
    });
  }
}
