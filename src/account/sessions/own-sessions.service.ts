import { Injectable } from '@nestjs/common';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { PendingProofsService } from '../../mfa/challenges/pending-proofs.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SessionRevocationService } from '../../sessions/revocation/session-revocation.service.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { summariseUserAgent, type UserAgentSummary } from '../../sessions/user-agent.js';

/** A session as shown to its member. */
export interface OwnSession extends UserAgentSummary {
  readonly id: string;
  readonly deviceName: string | null;
  readonly ip: string;
  readonly country: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly current: boolean;
  readonly bound: boolean;
}

/** Lists and ends a member's own sessions. */
@Injectable()
export class OwnSessionsService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsService,
    private readonly writes: MemberWritesService,
    private readonly revocation: SessionRevocationService,
    private readonly pendingProofs: PendingProofsService,
    private readonly countries: CountryLookup,
  ) {}

  async list({ memberId, sessionId }: MemberPrincipal): Promise<OwnSession[]> {
    const rows = await this.sessions.list(memberId);
    return rows.map(({ userAgent, ...row }) => ({
      ...row,
      ...summariseUserAgent(userAgent),
      country: this.countries.of(row.ip),
      current: row.id === sessionId,
    }));
  }

  /**
   * Ends one session. If it is not the session of the request, it may be an intruder's. Then this also
   * voids what the intruder may have begun in it (CC-09).
   * @throws DomainError `reauth_required`, `session_ended`; `not_found`, also for another member's session
   */
  async end(principal: MemberPrincipal, id: string, context: ClientContext): Promise<void> {
    const { memberId, sessionId } = principal;
    await this.database.transaction(async (tx) => {
      // A stolen session must not be able to end the member's other sessions (ASVS 7.5.2). Ending
      // the request's own session is a logout, which needs no recent login.
      await this.writes.asMember(tx, principal, { needsRecentLogin: id !== sessionId });
      if (!(await this.revocation.endWithin(tx, memberId, id, 'ended-by-member', context)))
        throw new DomainError('not_found', { detail: 'not a live session of this member' });
      if (id !== sessionId) await this.pendingProofs.voidBegunBySessions(tx, memberId);
    });
  }

  /**
   * Ends all sessions, or all but the current one, and voids what an intruder may have begun in one
   * of them (CC-09).
   * @throws DomainError `reauth_required`, `session_ended`
   */
  async endAll(principal: MemberPrincipal, includeCurrent: boolean, context: ClientContext): Promise<void> {
    const { memberId, sessionId } = principal;
    await this.database.transaction(async (tx) => {
      await this.writes.asMember(tx, principal, { needsRecentLogin: true });
      const exceptId = includeCurrent ? undefined : sessionId;
      await this.pendingProofs.voidBegunBySessions(tx, memberId);
      await this.revocation.endAll(tx, memberId, 'ended-by-member', context, exceptId);
    });
  }
}
