import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Clock } from '../../platform/database/clock.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { SessionEndReason } from '../../security/audit-log/security-events.js';
import { SessionsRepository, type OpenedSession } from '../sessions.repository.js';
import { RevocationFeed } from './revocation-feed.js';
import { RevocationsRepository, revocationSeconds } from './revocations.repository.js';

/** Ends sessions and revokes the access tokens that were issued for them. */
@Injectable()
export class SessionRevocationService {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly revocations: RevocationsRepository,
    private readonly feed: RevocationFeed,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Ends one session in its own transaction.
   * @returns false if it is not a live session of this member
   */
  async end(memberId: string, sessionId: string, reason: SessionEndReason, context: ClientContext): Promise<boolean> {
    return this.database.transaction((tx) => this.endWithin(tx, memberId, sessionId, reason, context));
  }

  /** As {@link end}, in the transaction of the change that makes it necessary. */
  async endWithin(
    tx: Tx,
    memberId: string,
    sessionId: string,
    reason: SessionEndReason,
    context: ClientContext,
  ): Promise<boolean> {
    if (!(await this.sessions.end(tx, sessionId, memberId, reason))) return false;
    await this.revoke(tx, memberId, [sessionId], reason, context);
    return true;
  }

  /** Ends all sessions of a member, or all but `exceptSessionId`. */
  async endAll(
    tx: Tx,
    memberId: string,
    reason: SessionEndReason,
    context: ClientContext,
    exceptSessionId?: string,
  ): Promise<void> {
    const endedIds = await this.sessions.endAll(tx, memberId, reason, exceptSessionId);
    await this.revoke(tx, memberId, endedIds, reason, context);
  }

  /** Ends the sessions of a member that a login at any provider has opened or confirmed. */
  async endFederated(tx: Tx, memberId: string, reason: SessionEndReason, context: ClientContext): Promise<void> {
    const endedIds = await this.sessions.endFederated(tx, memberId, reason);
    await this.revoke(tx, memberId, endedIds, reason, context);
  }

  /**
   * Ends the longest unused sessions beyond SESSIONS_PER_MEMBER. The lock on the member's row must
   * be held.
   */
  async endSurplus(tx: Tx, memberId: string, newest: OpenedSession, context: ClientContext): Promise<void> {
    const limit = this.config.env.SESSIONS_PER_MEMBER;
    if (newest.others < limit) return;
    const endedIds = await this.sessions.endSurplus(tx, memberId, newest.id, limit);
    await this.revoke(tx, memberId, endedIds, 'too-many-sessions', context);
  }

  private async revoke(
    tx: Tx,
    memberId: string,
    sessionIds: readonly string[],
    reason: SessionEndReason,
    context: ClientContext,
  ): Promise<void> {
    const seconds = revocationSeconds(this.config.env.ACCESS_TOKEN_TTL_SECONDS);
    await this.revocations.add(tx, sessionIds, seconds);
    for (const sessionId of sessionIds)
      await this.auditLog.record(tx, 'session.ended', { memberId, sessionId, context }, { reason });
    // The next request to this server may arrive before the server receives its own notification.
    tx.afterCommit(() => {
      const before = Math.ceil(this.clock.now());
      const until = before + seconds;
      for (const sessionId of sessionIds) this.feed.add(sessionId, { before, until });
    });
  }
}
