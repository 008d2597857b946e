import { Injectable } from '@nestjs/common';
import { EnrolledFactorsService } from '../mfa/enrolled-factors.service.js';
import type { Tx } from '../platform/database/sql.js';
import type { Principal } from '../platform/http/principal.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { MemberWritesService, type WriteConditions } from '../sessions/member-writes.service.js';
import type { Member } from '../users/member.entity.js';
import { MembersRepository } from '../users/members.repository.js';

/**
 * Admits the writes of administrators (CC-09): what {@link AdminGuard} has checked must still hold
 * when the write commits. Otherwise a demoted administrator, or an intruder in the session of one,
 * could finish what they began.
 */
@Injectable()
export class AdminWritesService {
  constructor(
    private readonly members: MembersRepository,
    private readonly writes: MemberWritesService,
    private readonly factors: EnrolledFactorsService,
  ) {}

  /**
   * As {@link MemberWritesService.asMember}, and checks role, second factor and recent login. Call
   * it first in every transaction that an administrator causes.
   * @param conditions without a recent login for what only reads
   * @throws DomainError `session_ended`, `forbidden`, `two_factor_required`, `reauth_required`
   */
  async asAdministrator(
    tx: Tx,
    admin: Principal,
    conditions: WriteConditions = { needsRecentLogin: true },
  ): Promise<void> {
    const { member } = await this.writes.asMember(tx, admin, conditions);
    if (member.role !== 'admin') throw new DomainError('forbidden', { detail: 'demoted a moment ago' });
    if (!(await this.factors.isEnrolled(tx, admin.memberId))) throw new DomainError('two_factor_required');
  }

  /**
   * As {@link asAdministrator}, for a write that concerns one member.
   * @returns the member, whose row is locked
   * @throws DomainError as {@link asAdministrator}; `not_found`
   */
  async asAdministratorOf(tx: Tx, admin: Principal, memberId: string): Promise<Member> {
    // Both rows in one order: two administrators who act on each other at once must not deadlock.
    await this.members.lockAll(tx, [admin.memberId, memberId]);
    await this.asAdministrator(tx, admin);
    const member = await this.members.find(tx, memberId);
    if (!member) throw new DomainError('not_found', { detail: 'no such member' });
    return member;
  }
}
