import { Injectable } from '@nestjs/common';
import { EnrolledFactorsService } from '../enrolled-factors.service.js';
import type { Tx } from '../../platform/database/sql.js';
import { isApiKey, type ApiKeyPrincipal, type Principal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ApiKeyVerificationService } from '../../security/api-keys/api-key-verification.service.js';
import { MemberWritesService, type WriteConditions } from '../../sessions/member-writes.service.js';
import type { Member } from '../../users/member.entity.js';
import { MembersRepository } from '../../users/members.repository.js';

/**
 * Admits the writes of administrators and API keys (CC-09): what the guards have checked must still
 * hold when the write commits. Otherwise a demoted administrator, an intruder in the session of one,
 * or the thief of a revoked key could finish what they began.
 */
@Injectable()
export class AdminWritesService {
  constructor(
    private readonly members: MembersRepository,
    private readonly writes: MemberWritesService,
    private readonly factors: EnrolledFactorsService,
    private readonly apiKeys: ApiKeyVerificationService,
  ) {}

  /**
   * Does the checks of {@link MemberWritesService.asMember} for an administrator, and checks role and second
   * factor. Admits an API key that still works. Call it before anything is written. A transaction that also
   * locks a member uses {@link asAdministratorOf}, or locks the member first: the row of an API key is locked
   * after those of members.
   * @param conditions by default a recent login. Recording a view needs none, unless it is the view of an export
   * @throws DomainError `session_ended`, `forbidden`, `two_factor_required`, `reauth_required`,
   * `api_key_invalid`
   */
  async asAdministrator(
    tx: Tx,
    admin: Principal,
    conditions: WriteConditions = { needsRecentLogin: true },
  ): Promise<void> {
    if (isApiKey(admin)) return this.apiKeys.asApiKey(tx, admin);
    const { member } = await this.writes.asMember(tx, admin, conditions);
    if (member.role !== 'admin') throw new DomainError('forbidden', { detail: 'demoted a moment ago' });
    if (!(await this.factors.isEnrolled(tx, admin.memberId))) throw new DomainError('two_factor_required');
  }

  /**
   * As {@link asAdministrator}, for a write that concerns one member.
   * @returns the member, whose row is locked
   * @throws DomainError as {@link asAdministrator}; `not_found`, `person_required`
   */
  async asAdministratorOf(tx: Tx, admin: Principal, memberId: string): Promise<Member> {
    if (isApiKey(admin)) return this.asApiKeyOf(tx, admin, memberId);
    // Both rows in one order: two administrators who act on each other at once must not deadlock.
    await this.members.lockAll(tx, [admin.memberId, memberId]);
    await this.asAdministrator(tx, admin);
    const member = await this.members.find(tx, memberId);
    if (!member) throw new DomainError('not_found', { detail: 'no such member' });
    return member;
  }

  private async asApiKeyOf(tx: Tx, key: ApiKeyPrincipal, memberId: string): Promise<Member> {
    const member = await this.members.findLocked(tx, memberId);
    await this.apiKeys.asApiKey(tx, key);
    if (!member) throw new DomainError('not_found', { detail: 'no such member' });
    // A stolen key must not lock out those who can revoke it, nor help to guess their passwords (AK-03).
    if (member.role === 'admin') throw new DomainError('person_required', { detail: 'concerns an administrator' });
    return member;
  }
}
