import { Injectable } from '@nestjs/common';
import { isApiKey, type Principal, type Role } from '../platform/http/principal.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { AdminNotificationsService } from '../mail/notifications/admin-notifications.service.js';
import type { Member } from '../users/member.entity.js';
import { MemberAdministrationRepository } from '../users/member-administration.repository.js';
import { adminContext } from '../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../mfa/administrators/admin-writes.service.js';
import { MemberAttributeChangesService } from './member-attribute-changes.service.js';
import { MemberLockoutService } from '../mfa/lockout/member-lockout.service.js';

/** What administrators can change about a member. They close accounts only through ErasureDemandService. */
export interface MemberChanges {
  readonly status?: 'active' | 'disabled' | undefined;
  readonly role?: Role | undefined;
  /** The attributes to change; null removes a value. */
  readonly attributes?: Record<string, unknown> | undefined;
}

/**
 * Disables and enables members, changes their roles and ends their sessions. Each action is one
 * commit together with its audit row and its mail to the member (AD-02).
 */
@Injectable()
export class MemberAdministrationService {
  constructor(
    private readonly database: Database,
    private readonly members: MemberAdministrationRepository,
    private readonly writes: AdminWritesService,
    private readonly lockout: MemberLockoutService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: AdminNotificationsService,
    private readonly attributes: MemberAttributeChangesService,
  ) {}

  /**
   * Changes status, role or attributes. Status and role take effect at once on every replica by ending the member's
   * sessions, because their access tokens carry the old role (TK-09). A status or role that the member
   * already has changes nothing and records no event.
   *
   * @throws DomainError `validation_failed` if all three are absent or an attribute is invalid, `not_found`,
   * `member_not_active`, `last_admin`, `forbidden`; `person_required` if an API key sends a role or changes an
   * administrator
   * @returns whether anything was changed and recorded
   */
  async change(
    admin: Principal,
    id: string,
    { status, role, attributes }: MemberChanges,
    context: ClientContext,
  ): Promise<boolean> {
    if (status === undefined && role === undefined && attributes === undefined)
      throw new DomainError('validation_failed', {
        fields: [{ field: 'status', code: 'one_of_needed', params: { names: 'status, role, attributes' } }],
      });
    if (role !== undefined && isApiKey(admin)) throw new DomainError('person_required', { detail: 'a role' });
    if (attributes !== undefined) this.attributes.check(attributes);
    const actor = adminContext(admin, context);
    return this.database.transaction(async (tx) => {
      await this.members.lockAdministrators(tx);
      // Checks again under the lock: when two administrators demote each other, the second one to
      // get the lock is no longer an administrator (AD-03).
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      if (member.status === 'closed') throw new DomainError('member_not_active', { detail: 'the account is closed' });
      const isNewStatus = status !== undefined && member.status !== status;
      const isNewRole = role !== undefined && member.role !== role;
      if (isNewStatus) await (status === 'disabled' ? this.disable(tx, member, actor) : this.enable(tx, member, actor));
      if (isNewRole) await this.setRole(tx, member, role, actor);
      const hasAttributes = await this.attributes.change(tx, member, attributes ?? {}, actor);
      return isNewStatus || isNewRole || hasAttributes;
    });
  }

  /**
   * Logs the member out on every device, and voids address changes and logins that are half done.
   * @throws DomainError `not_found`
   */
  async endSessions(admin: Principal, id: string, context: ClientContext): Promise<void> {
    const actor = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      await this.lockout.endSessions(tx, id, 'ended-by-admin', actor);
      await this.auditLog.record(tx, 'session.all_ended_by_admin', { memberId: id, context: actor }, {});
      await this.notifications.send(tx, member, 'logged-out', actor);
    });
  }

  /**
   * Logs the member out on one device (AC-26).
   * @throws DomainError `not_found`, also for another member's session
   */
  async endSession(admin: Principal, id: string, sessionId: string, context: ClientContext): Promise<void> {
    const actor = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      if (!(await this.lockout.endSession(tx, id, sessionId, 'ended-by-admin', actor)))
        throw new DomainError('not_found', { detail: 'not a live session of this member' });
      await this.notifications.send(tx, member, 'session-ended', actor);
    });
  }

  private async disable(tx: Tx, member: Member, actor: ClientContext): Promise<void> {
    if (!(await this.members.setStatus(tx, member.id, 'disabled'))) throw new DomainError('last_admin');
    await this.lockout.lockOut(tx, member.id, 'disabled', actor);
    await this.auditLog.record(tx, 'member.disabled', { memberId: member.id, context: actor }, {});
    await this.notifications.send(tx, member, 'disabled', actor);
  }

  private async enable(tx: Tx, member: Member, actor: ClientContext): Promise<void> {
    await this.members.setStatus(tx, member.id, 'active');
    await this.lockout.readmit(tx, member.id);
    await this.auditLog.record(tx, 'member.enabled', { memberId: member.id, context: actor }, {});
    await this.notifications.send(tx, member, 'enabled', actor);
  }

  private async setRole(tx: Tx, member: Member, role: Role, actor: ClientContext): Promise<void> {
    if (!(await this.members.setRole(tx, member.id, role))) throw new DomainError('last_admin');
    await this.lockout.endTokens(tx, member.id, 'role-changed', actor);
    const details = { from: member.role, to: role };
    await this.auditLog.record(tx, 'member.role_changed', { memberId: member.id, context: actor }, details);
    await this.notifications.send(tx, member, role === 'admin' ? 'made-admin' : 'no-longer-admin', actor);
  }
}
