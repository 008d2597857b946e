import { Injectable } from '@nestjs/common';
import { PendingProofsService } from '../../mfa/challenges/pending-proofs.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { RiskService } from '../../security/risk/risk.service.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import type { SessionUse } from '../../sessions/rotations.repository.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { SessionRevocationService } from '../../sessions/revocation/session-revocation.service.js';

/** What the risk of a refresh means for its tokens. */
export interface RefreshRisk {
  /** Whether the member has to authenticate again, by the row as it is now. A state that was read before may not show it. */
  readonly mustAuthenticate: boolean;
}

/** Assesses the risk of refreshes and applies the outcome to the session. */
@Injectable()
export class RefreshRiskService {
  constructor(
    private readonly database: Database,
    private readonly writes: MemberWritesService,
    private readonly revocation: SessionRevocationService,
    private readonly pendingProofs: PendingProofsService,
    private readonly sessions: SessionsRepository,
    private readonly risk: RiskService,
  ) {}

  /**
   * Assesses a refresh that is unusual. Most refreshes are not, and cost no query. Call this method
   * before tokens are issued: after the outcome `ask` the member has to confirm the password, and
   * after `end` the session is over, and what an intruder may have begun in it is void.
   * @throws DomainError `session_ended`
   */
  async assess(session: SessionUse & { isLateReplay?: boolean }, context: ClientContext): Promise<RefreshRisk> {
    if (!this.risk.needsAssessment(session, context)) return { mustAuthenticate: false };
    const { id, memberId, role } = session;
    const { outcome, mustAuthenticate } = await this.database.transaction(async (tx) => {
      // CC-09: an intruder's refresh may have rotated before the rescue of the account. Its network must
      // not be remembered after the rescue.
      const { session: current } = await this.writes.asMember(tx, { memberId, sessionId: id, role });
      const { outcome } = await this.risk.assessRefresh(tx, session, context);
      if (outcome === 'ask') await this.sessions.markUnauthenticated(tx, id);
      if (outcome === 'end') {
        await this.revocation.endWithin(tx, memberId, id, 'risk', context);
        await this.pendingProofs.voidBegunBySessions(tx, memberId);
      }
      // Another refresh with the same token may have had the outcome `ask` since this one read the session.
      return { outcome, mustAuthenticate: outcome === 'ask' || current.mustAuthenticate };
    });
    if (outcome === 'end') throw new DomainError('session_ended', { detail: 'risk too high' });
    return { mustAuthenticate };
  }
}
