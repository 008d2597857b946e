import { Injectable } from '@nestjs/common';
import type { Principal, Role } from '../platform/http/principal.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { AdminMailsService } from '../verification/admin-mails.service.js';
import { LoginThrottleService } from '../security/rate-limits/login-throttle.service.js';
import { SessionRevocationService } from '../sessions/revocation/session-revocation.service.js';
import { LoginChallengesService } from '../mfa/challenges/login-challenges.service.js';
import type { EnrolledFactor } from '../mfa/enrolled-factors.service.js';
import { TwoFactorService } from '../mfa/two-factor.service.js';
import type { Member } from '../users/member.entity.js';
import { MembersRepository } from '../users/members.repository.js';
import { VerificationService } from '../verification/verification.service.js';
import { adminContext } from './admin-context.js';

/** What can be changed of a member. Closing an account is for its owner alone. */
export interface MemberChanges {
  readonly status?: 'active' | 'disabled' | undefined;
  readonly role?: Role | undefined;
}

/** What administrators do to members: each act is one commit with its audit row and its mail to the member (AD-02). */
@Injectable()
export class MemberAdministrationService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly sessions: SessionRevocationService,
    private readonly verification: VerificationService,
    private readonly twoFactor: TwoFactorService,
    private readonly challenges: LoginChallengesService,
    private readonly throttle: LoginThrottleService,
    private readonly auditLog: AuditLogService,
    private readonly mails: AdminMailsService,
  ) {}

  /**
   * Both take effect at once and everywhere: they end the member's sessions, because their tokens state the old role (TK-09).
   * What is so already stays as it is, without an event. @throws DomainError `validation_failed` where neither is named, `not_found`, `member_not_active`, `last_admin`, `forbidden`
   */
  async change(admin: Principal, id: string, { status, role }: MemberChanges, context: ClientContext): Promise<void> {
    if (status === undefined && role === undefined)
      throw new DomainError('validation_failed', {
        fields: [{ field: 'status', code: 'one_of_needed', params: { names: 'status, role' } }],
      });
    const acting = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      await this.members.lockAdministrators(tx);
      // Asked again behind the lock: of two who demote each other, the one who was demoted first demotes nobody (AD-03).
      if (!(await this.members.isActiveAdmin(tx, admin.memberId)))
        throw new DomainError('forbidden', { detail: 'demoted or disabled a moment ago' });
      const member = await this.members.getLocked(tx, id);
      if (member.status === 'closed') throw new DomainError('member_not_active', { detail: 'closed by its owner' });
      if (status === 'disabled' && member.status !== status) await this.disable(tx, member, acting);
      if (status === 'active' && member.status !== status) await this.enable(tx, member, acting);
      if (role !== undefined && member.role !== role) await this.setRole(tx, member, role, acting);
    });
  }

  /**
   * Has the member set a new password: nobody else sets, sees or mails one. @throws DomainError `not_found`, `member_not_active`
   */
  async demandPasswordReset(admin: Principal, id: string, context: ClientContext): Promise<void> {
    const acting = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.members.getLocked(tx, id);
      if (member.status !== 'active') throw new DomainError('member_not_active');
      await this.members.demandPasswordChange(tx, id);
      await this.stopEverything(tx, id);
      await this.sessions.endAll(tx, id, 'password-reset-demanded', acting);
      await this.auditLog.record(tx, 'password.reset_demanded', { memberId: id, context: acting }, {});
      await this.mails.inviteToSetPassword(tx, member, 'reset-demanded');
    });
  }

  /** @throws DomainError `not_found` */
  async endSessions(admin: Principal, id: string, context: ClientContext): Promise<void> {
    const acting = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.members.getLocked(tx, id);
      await this.sessions.endAll(tx, id, 'ended-by-admin', acting);
      await this.auditLog.record(tx, 'session.all_ended_by_admin', { memberId: id, context: acting }, {});
      await this.mails.notify(tx, member, 'logged-out');
    });
  }

  /**
   * For somebody who has lost the app, or the passkeys, and the recovery codes. Not for oneself: whoever has it still removes it as every
   * member does, with password and code, and a stolen session must not be a way around that.
   * @throws DomainError `not_found`, `totp_not_enabled`, `forbidden`
   */
  async removeFactor(admin: Principal, id: string, factor: EnrolledFactor, context: ClientContext): Promise<void> {
    if (id === admin.memberId) throw new DomainError('forbidden', { detail: 'own second factor' });
    const acting = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.members.getLocked(tx, id);
      const isProtected = await this.twoFactor.removeLost(tx, id, factor);
      if (isProtected === null) throw new DomainError(factor === 'totp' ? 'totp_not_enabled' : 'not_found');
      await this.challenges.voidAllOf(tx, id);
      await this.auditLog.record(tx, 'two-factor.removed_by_admin', { memberId: id, context: acting }, { factor });
      await this.mails.notify(tx, member, isProtected ? 'factor-removed' : 'two-factor-removed');
    });
  }

  /** Ends the waits after wrong passwords and wrong second factors. @throws DomainError `not_found` */
  async unlock(admin: Principal, id: string, context: ClientContext): Promise<void> {
    const acting = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.members.getLocked(tx, id);
      await this.throttle.clear(tx, id);
      await this.twoFactor.unlock(tx, id);
      await this.auditLog.record(tx, 'login.unlocked', { memberId: id, context: acting }, {});
      await this.mails.notify(tx, member, 'unlocked');
    });
  }

  private async disable(tx: Tx, member: Member, acting: ClientContext): Promise<void> {
    if (!(await this.members.setStatus(tx, member.id, 'disabled'))) throw new DomainError('last_admin');
    await this.stopEverything(tx, member.id);
    await this.sessions.endAll(tx, member.id, 'disabled', acting);
    await this.auditLog.record(tx, 'member.disabled', { memberId: member.id, context: acting }, {});
    await this.mails.notify(tx, member, 'disabled');
  }

  private async enable(tx: Tx, member: Member, acting: ClientContext): Promise<void> {
    await this.members.setStatus(tx, member.id, 'active');
    await this.auditLog.record(tx, 'member.enabled', { memberId: member.id, context: acting }, {});
    await this.mails.notify(tx, member, 'enabled');
  }

  private async setRole(tx: Tx, member: Member, role: Role, acting: ClientContext): Promise<void> {
    if (!(await this.members.setRole(tx, member.id, role))) throw new DomainError('last_admin');
    await this.sessions.endAll(tx, member.id, 'role-changed', acting);
    const details = { from: member.role, to: role };
    await this.auditLog.record(tx, 'member.role_changed', { memberId: member.id, context: acting }, details);
    await this.mails.notify(tx, member, role === 'admin' ? 'made-admin' : 'no-longer-admin');
  }

  /** Nothing that was under way goes on: reset tokens, mailed codes and links, logins that wait for their second factor. */
  private async stopEverything(tx: Tx, memberId: string): Promise<void> {
    await this.verification.voidAllOf(tx, memberId);
    await this.challenges.voidAllOf(tx, memberId);
  }
}
