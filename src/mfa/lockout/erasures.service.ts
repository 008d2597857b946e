import { Injectable } from '@nestjs/common';
import { AdminNotificationsService } from '../../mail/notifications/admin-notifications.service.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { MemberAdministrationRepository } from '../../users/member-administration.repository.js';
import type { Member } from '../../users/member.entity.js';
import { MemberLockoutService } from './member-lockout.service.js';

/** Closes the account of a member who asked for its erasure. Callers decide who may do so. */
@Injectable()
export class ErasuresService {
  constructor(
    private readonly config: AppConfig,
    private readonly members: MemberAdministrationRepository,
    private readonly lockout: MemberLockoutService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: AdminNotificationsService,
  ) {}

  /**
   * Needed by {@link begin}, which must keep one administrator. Call it before the member's row is
   * locked; otherwise two transactions could deadlock.
   */
  async lockAdministrators(tx: Tx): Promise<void> {
    await this.members.lockAdministrators(tx);
  }

  /**
   * Closes the account as its owner would: it is erased after the waiting period, in which a login
   * restores it. With `atOnce` no login restores it, and the next round of the erasure deletes it.
   * That cannot be undone, so the request of the member has to be named as the reason (AC-25).
   *
   * @param member whose row is locked
   * @throws DomainError `last_admin`; `member_not_active` without `atOnce`; `validation_failed` for
   * `atOnce` without a reason
   */
  async begin(tx: Tx, member: Member, atOnce: boolean, actor: ClientContext): Promise<void> {
    const { id: memberId, status } = member;
    if (atOnce && actor.auditReason === undefined)
      throw new DomainError('validation_failed', { fields: [{ field: 'Audit-Reason', code: 'required' }] });
    if (!atOnce && status !== 'active') throw new DomainError('member_not_active');
    const isClosed = atOnce
      ? await this.members.closeForGood(tx, memberId, this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS)
      : await this.members.close(tx, memberId);
    if (!isClosed) throw new DomainError('last_admin');
    await this.lockout.lockOut(tx, memberId, 'account-closed', actor);
    await this.auditLog.record(tx, 'member.erasure_demanded', { memberId, context: actor }, { atOnce });
    if (status !== 'closed') await this.auditLog.record(tx, 'account.closed', { memberId, context: actor }, {});
    if (atOnce) await this.notifications.sendApart(tx, member, 'erased', actor);
    else await this.notifications.send(tx, member, 'closed', actor);
  }
}
