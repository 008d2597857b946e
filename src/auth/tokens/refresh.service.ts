import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import type { UnrotatedSession } from '../../sessions/rotations.repository.js';
import { SessionTokens, type IssuedTokens } from '../../sessions/session-tokens.js';
import { RefreshRiskService } from './refresh-risk.service.js';
import { SessionRotationService } from './session-rotation.service.js';
import { TokenReuseService } from './token-reuse.service.js';

/**
 * Exchanges refresh tokens. An honest client is never logged out by a lost answer; a stolen token
 * ends the session.
 */
@Injectable()
export class RefreshService {
  constructor(
    private readonly rotation: SessionRotationService,
    private readonly tokenReuse: TokenReuseService,
    private readonly refreshRisk: RefreshRiskService,
    private readonly tokens: SessionTokens,
  ) {}

  /**
   * Rotates the refresh token. Within the grace period the previous token returns the same
   * successor (`replayed`). If other requests rotated that one while this request waited, the
   * newest token is returned. An older token is treated as theft: the session ends and the member
   * is notified.
   * @throws DomainError `session_ended`, `token_expired`, `token_reused`, `token_invalid`,
   * `service_unavailable`, `overloaded`
   */
  async refresh(
    token: VerifiedToken<'refresh'>,
    context: ClientContext,
  ): Promise<IssuedTokens & { outcome: 'rotated' | 'replayed' }> {
    const { session, lostRace } = await this.rotation.rotate(token, context.ip);
    if (!session) throw new DomainError('session_ended', { detail: 'no such session' });
    if (!session.isRotated) await this.refuseUnlessReplay(session, token.gen, lostRace, context);
    await this.refreshRisk.assess(session, context);
    return { ...this.tokens.mint(session), outcome: session.isRotated ? 'rotated' : 'replayed' };
  }

  /** @param generation the generation that the token carries */
  private async refuseUnlessReplay(
    session: UnrotatedSession,
    generation: number,
    lostRace: boolean,
    context: ClientContext,
  ): Promise<void> {
    if (session.isOver) throw new DomainError('session_ended');
    if (session.isExpired) throw new DomainError('token_expired');
    // This generation was never issued: the token is invalid, but its use is not a replay.
    if (generation > session.generation) throw new DomainError('token_invalid', { detail: 'generation not reached' });
    if (generation === session.generation)
      throw new DomainError('service_unavailable', {
        detail: 'the deadline of the rotation has passed',
        retryAfter: 1,
      });
    if (lostRace) return;
    await this.tokenReuse.endSession(session, generation, context);
    throw new DomainError('token_reused');
  }
}
