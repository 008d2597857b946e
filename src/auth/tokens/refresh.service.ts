import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { Clock } from '../../platform/database/clock.js';
import type { UnrotatedSession } from '../../sessions/rotations.repository.js';
import { RefreshCountsService } from '../../sessions/refresh-counts/refresh-counts.service.js';
import { SessionTokens, type IssuedTokens } from '../../sessions/session-tokens.js';
import type { SessionState } from '../../sessions/sessions.repository.js';
import { LateReplayService, type Replay } from './late-replay.service.js';
import { RefreshRiskService, type RefreshRisk } from './refresh-risk.service.js';
import { provesKeyOf, SessionRotationService, type RefreshAttempt } from './session-rotation.service.js';
import { TokenReuseService } from './token-reuse.service.js';

export type RefreshedTokens = IssuedTokens & { readonly outcome: 'rotated' | 'replayed' };

/**
 * Exchanges refresh tokens. A client that lost an answer gets it again: always with the key of a
 * bound session, otherwise within the grace period or if the request looks like the last use. A
 * stolen token of a bound session is worthless. Another one gives at most three answers while the
 * owner uses the session too, and then ends it (docs/reliability.md).
 */
@Injectable()
export class RefreshService {
  constructor(
    private readonly clock: Clock,
    private readonly rotation: SessionRotationService,
    private readonly lateReplays: LateReplayService,
    private readonly tokenReuse: TokenReuseService,
    private readonly refreshRisk: RefreshRiskService,
    private readonly tokens: SessionTokens,
    private readonly counts: RefreshCountsService,
  ) {}

  /**
   * Rotates the refresh token. Within the grace period the previous token returns the same
   * successor (`replayed`). If other requests rotated that one while this request waited, the
   * newest token is returned. After the grace period, the previous token works only with the key of
   * a bound session, or if the answer to it seems to have been lost. An older token is treated as
   * theft: the session ends and the member is notified.
   * @throws DomainError `session_ended`, `token_expired`, `token_reused`, `token_invalid`,
   * `proof_required`, `proof_invalid`, `service_unavailable`, `overloaded`, `refused_by_product`
   */
  async refresh(attempt: RefreshAttempt, context: ClientContext): Promise<RefreshedTokens> {
    try {
      const refreshed = await this.exchange(attempt, context);
      this.counts.count(refreshed.outcome);
      return refreshed;
    } catch (error) {
      this.counts.count('refused');
      throw error;
    }
  }

  private async exchange(attempt: RefreshAttempt, context: ClientContext): Promise<RefreshedTokens> {
    const { session, lostRace, hookClaims } = await this.rotation.rotate(attempt, context);
    // Expired sessions are deleted after a while.
    if (!session)
      throw new DomainError(attempt.token.exp <= this.clock.nowSeconds() ? 'token_expired' : 'session_ended', {
        detail: 'no such session',
      });
    if (session.isRotated) {
      const state = withRisk(session, await this.refreshRisk.assess(session, context));
      return { ...this.tokens.mint(state, hookClaims), outcome: 'rotated' };
    }
    checkUsable(session, attempt);
    const replay = lostRace
      ? { state: session, accessIssuedAt: session.issuedAt }
      : await this.replayLate(session, attempt, context);
    const isLateReplay = !lostRace && session.keyThumbprint === null;
    const state = withRisk(replay.state, await this.refreshRisk.assess({ ...session, isLateReplay }, context));
    return { ...this.tokens.mint(state, hookClaims, replay.accessIssuedAt), outcome: 'replayed' };
  }

  private async replayLate(
    session: UnrotatedSession,
    attempt: RefreshAttempt,
    context: ClientContext,
  ): Promise<Replay> {
    const { token } = attempt;
    const isTokenExpired = token.exp <= this.clock.nowSeconds();
    // This generation was never issued: the token is invalid, but its use is not a replay.
    if (token.gen > session.generation) throw new DomainError('token_invalid', { detail: 'generation not reached' });
    if (token.gen === session.generation && !isTokenExpired)
      throw new DomainError('service_unavailable', {
        detail: 'the deadline of the rotation has passed',
        retryAfter: 1,
      });
    const replay = await this.lateReplays.admit(session, attempt, context);
    if (replay) return replay;
    // The previous token may have expired and was admitted above. Another one raises no alarm.
    if (isTokenExpired) throw new DomainError('token_expired');
    await this.tokenReuse.endSession(session, token.gen, context);
    throw new DomainError('token_reused');
  }
}

/**
 * The state that the tokens are made from. It was read before the risk was assessed, so it does not
 * show what the assessment wrote to the row (RS-07).
 */
function withRisk(state: SessionState, { mustAuthenticate }: RefreshRisk): SessionState {
  return mustAuthenticate ? { ...state, authenticatedAt: 0 } : state;
}

/**
 * A missing or wrong proof never ends a session: a thief who holds the token alone must not be able
 * to log its owner out.
 * @throws DomainError `session_ended`, `token_expired`, `proof_required`, `proof_invalid`
 */
function checkUsable(session: UnrotatedSession, attempt: RefreshAttempt): void {
  if (session.isOver) throw new DomainError('session_ended');
  if (session.isExpired) throw new DomainError('token_expired');
  if (provesKeyOf(session, attempt)) return;
  if (attempt.keyThumbprint === null) throw new DomainError('proof_required', { detail: 'the session is bound' });
  throw new DomainError('proof_invalid', { detail: 'another key than that of the session' });
}
