import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { Tx } from '../../platform/database/sql.js';
import { PendingProofsService } from '../challenges/pending-proofs.service.js';
import { DisputedFactorsService } from '../disputed-factors/disputed-factors.service.js';
import type { SessionEndReason } from '../../security/audit-log/security-events.js';
import { DisputedIdentitiesService } from '../../security/identities/disputed-identities.service.js';
import { LoginThrottleService } from '../../security/rate-limits/login-throttle.service.js';
import { SessionRevocationService } from '../../sessions/revocation/session-revocation.service.js';

/** Ends all access to an account: sessions, and everything that is about to lead to one; and opens the account again. */
@Injectable()
export class MemberLockoutService {
  constructor(
    private readonly config: AppConfig,
    private readonly pendingProofs: PendingProofsService,
    private readonly disputedFactors: DisputedFactorsService,
    private readonly disputedIdentities: DisputedIdentitiesService,
    private readonly sessions: SessionRevocationService,
    private readonly loginThrottle: LoginThrottleService,
  ) {}

  async lockOut(tx: Tx, memberId: string, reason: SessionEndReason, actor: ClientContext): Promise<void> {
    await this.pendingProofs.voidAllOf(tx, memberId);
    await this.sessions.endAll(tx, memberId, reason, actor);
  }

  /**
   * Lets the member log in at once. While the account was disabled, the right password counted as a
   * wrong one (BF-01), and the mail that it is enabled promises a login. A password reset that was
   * requested at the moment of disabling may have been issued after {@link lockOut} voided the others.
   */
  async readmit(tx: Tx, memberId: string): Promise<void> {
    await this.pendingProofs.voidAllOf(tx, memberId);
    await this.loginThrottle.clear(tx, memberId);
  }

  /**
   * Ends the sessions, because their tokens carry what has changed. Also ends what was begun in them
   * by the right of an administrator: it must not become valid again if the right comes back.
   */
  async endTokens(tx: Tx, memberId: string, reason: SessionEndReason, actor: ClientContext): Promise<void> {
    await this.pendingProofs.voidBegunForOthers(tx, memberId);
    await this.sessions.endAll(tx, memberId, reason, actor);
  }

  /** Ends the sessions, and what was begun in them (CC-09). The member can log in again. */
  async endSessions(tx: Tx, memberId: string, reason: SessionEndReason, actor: ClientContext): Promise<void> {
    await this.pendingProofs.voidBegunBySessions(tx, memberId);
    await this.sessions.endAll(tx, memberId, reason, actor);
  }

  /**
   * Ends one session, and what may have been begun in it (CC-09).
   * @returns false if it is not a live session of this member
   */
  async endSession(
    tx: Tx,
    memberId: string,
    sessionId: string,
    reason: SessionEndReason,
    actor: ClientContext,
  ): Promise<boolean> {
    if (!(await this.sessions.endWithin(tx, memberId, sessionId, reason, actor))) return false;
    await this.pendingProofs.voidBegunBySessions(tx, memberId);
    return true;
  }

  /** Ends the sessions that a provider opened or confirmed, and what may have been begun in them (CC-09). */
  async endFederated(tx: Tx, memberId: string, reason: SessionEndReason, actor: ClientContext): Promise<void> {
    await this.pendingProofs.voidBegunBySessions(tx, memberId);
    await this.sessions.endFederated(tx, memberId, reason, actor);
  }

  /**
   * As {@link lockOut}, where an intruder may have been in the account. Passkeys of the last
   * NOT_ME_TTL_SECONDS may be the intruder's, and no longer log in without a password; accounts at
   * providers that were linked since then are unlinked.
   * @returns whether any account was unlinked
   */
  async lockOutIntruder(tx: Tx, memberId: string, reason: SessionEndReason, actor: ClientContext): Promise<boolean> {
    await this.lockOut(tx, memberId, reason, actor);
    const windowSeconds = this.config.env.NOT_ME_TTL_SECONDS;
    await this.disputedFactors.restrictRecentPasskeys(tx, memberId, windowSeconds);
    return (await this.disputedIdentities.unlinkRecent(tx, memberId, windowSeconds, actor)).length > 0;
  }
}
