import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/sql.js';
import type { MemberPrincipal } from '../platform/http/principal.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import type { Member } from '../users/member.entity.js';
import { MembersRepository } from '../users/members.repository.js';
import { SessionsRepository, type LiveSession } from './sessions.repository.js';

/** What a write needs besides a live session. */
export interface WriteConditions {
  /** The version of the password that the request confirmed; it must still be the current one. */
  readonly passwordVersion?: number;
  /** Whether the member must have authenticated recently in the session. */
  readonly needsRecentLogin?: boolean;
}

/** The member and the session on whose behalf a transaction writes. Both rows are locked. */
export interface ActingMember {
  readonly member: Member;
  readonly session: LiveSession;
}

/**
 * Admits writes on behalf of a session (CC-09). Guards and password checks run before the
 * transaction, so what they saw may be over when it begins: a request that an intruder sent before
 * the rescue of an account must not commit after it. A new kind of principal gets a method that
 * checks under the lock what its guard has checked.
 */
@Injectable()
export class MemberWritesService {
  constructor(
    private readonly members: MembersRepository,
    private readonly sessions: SessionsRepository,
  ) {}

  /**
   * Locks the member's row, then checks again whether member, session and password are as the guard
   * saw them. Call it first in every transaction that writes on behalf of a session. Whatever ends a
   * session locks the member's row or, as a logout does, only the session's row. This locks both, so the
   * end comes either before this check or after the commit.
   * @throws DomainError `session_ended`, `invalid_credentials`, `reauth_required`
   */
  async asMember(
    tx: Tx,
    { memberId, sessionId }: MemberPrincipal,
    { passwordVersion, needsRecentLogin = false }: WriteConditions = {},
  ): Promise<ActingMember> {
    const member = await this.members.findLocked(tx, memberId);
    if (member?.status !== 'active') throw new DomainError('session_ended', { detail: 'not an active member' });
    // A statement of its own, after the lock: a join would read the session as it was before the
    // wait for the lock.
    const session = await this.sessions.lockLive(tx, sessionId, memberId);
    if (!session) throw new DomainError('session_ended', { detail: 'ended while the request waited' });
    if (passwordVersion !== undefined && member.passwordVersion !== passwordVersion)
      throw new DomainError('invalid_credentials', { detail: 'the password was replaced by another request' });
    if (needsRecentLogin && !session.isRecent) throw new DomainError('reauth_required');
    return { member, session };
  }
}
