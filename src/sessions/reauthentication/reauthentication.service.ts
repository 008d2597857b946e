import { Injectable } from '@nestjs/common';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { hashOwner } from '../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { LoginThrottleService } from '../../security/rate-limits/login-throttle.service.js';
import { MemberWritesService, type ActingMember } from '../member-writes.service.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';

/** A member who gave the password, or whose login has to be recent. */
export type ConfirmedMember = LoginCandidate & { readonly needsRecentLogin?: boolean };

/**
 * Confirms the password of a signed-in member, before a change that a stolen session must not be
 * able to make.
 */
@Injectable()
export class ReauthenticationService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
    private readonly throttle: LoginThrottleService,
    private readonly writes: MemberWritesService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Compares the password. Wrong ones are counted as for logins, so that an attacker with a stolen
   * session cannot guess without limit (PW-05). They are counted for this session only: failed
   * logins from elsewhere must not keep the member from changing the password (BF-04).
   * @throws DomainError `invalid_credentials`, `overloaded`
   */
  async confirmPassword(
    { memberId, sessionId }: MemberPrincipal,
    password: string,
    context: ClientContext,
  ): Promise<LoginCandidate> {
    const candidate = await this.members.getCandidate(memberId);
    const attempt = await this.throttle.begin({ account: memberId, deviceId: sessionId });
    try {
      const matches =
        !attempt.isBlocked &&
        (await this.passwords.verify(candidate.passwordHash, password, { owner: hashOwner(context, memberId) }));
      await attempt.finish(matches);
      if (matches) return candidate;
    } finally {
      await attempt.cancel();
    }
    await this.auditLog.record(this.database, 'reauthentication.failed', { memberId, sessionId, context }, {});
    const detail = attempt.isBlocked ? 'has to wait after wrong passwords' : 'wrong password';
    throw new DomainError('invalid_credentials', { detail });
  }

  /**
   * As {@link confirmPassword}, for operations that need a recent login: without a password that
   * login counts (ASVS 7.5.1). {@link asConfirmedMember} checks under the lock that it is recent.
   * @throws DomainError `invalid_credentials`, `overloaded`
   */
  async confirmMember(
    principal: MemberPrincipal,
    password: string | undefined,
    context: ClientContext,
  ): Promise<ConfirmedMember> {
    if (password !== undefined) return this.confirmPassword(principal, password, context);
    return { ...(await this.members.getCandidate(principal.memberId)), needsRecentLogin: true };
  }

  /**
   * Admits a write as {@link MemberWritesService.asMember} does, if what the request confirmed still
   * holds.
   * @throws DomainError `session_ended`, `invalid_credentials`, `reauth_required`
   */
  async asConfirmedMember(
    tx: Tx,
    principal: MemberPrincipal,
    { passwordVersion, needsRecentLogin = false }: ConfirmedMember,
  ): Promise<ActingMember> {
    return this.writes.asMember(tx, principal, { passwordVersion, needsRecentLogin });
  }
}
