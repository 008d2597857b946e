import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Clock } from '../../platform/database/clock.js';
import { KeyedQueue } from '../../platform/concurrency/keyed-queue.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { HookClaims } from '../../platform/crypto/tokens/hook-claims.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { TokenHook } from '../../platform/token-hook/token-hook.js';
import {
  RotationsRepository,
  type RotatedSession,
  type Rotation,
  type UnrotatedSession,
} from '../../sessions/rotations.repository.js';
import type { SessionState } from '../../sessions/sessions.repository.js';

/** How many refreshes may wait for one session, on one server. */
const MAX_REFRESHES_WAITING = 100;

/** A request to exchange a refresh token. */
export interface RefreshAttempt {
  /** Verified, but perhaps expired. */
  readonly token: VerifiedToken<'refresh'>;
  /** The key that the request proved. */
  readonly keyThumbprint: string | null;
  /** Shows that the device is known. */
  readonly deviceToken: string | undefined;
}

/** The session after a refresh tried to rotate it. */
export interface RotationOutcome {
  /** Null where this member has no such session. */
  readonly session: RotatedSession | UnrotatedSession | null;
  /** Whether another refresh with the same token was faster, within the grace period. */
  readonly lostRace: boolean;
  /** What the product adds to the access token. */
  readonly hookClaims?: HookClaims;
}

/**
 * Moves a session to its next generation. Of several refreshes with one token, exactly one rotates.
 */
@Injectable()
export class SessionRotationService {
  /**
   * Runs the refreshes of one session in the order in which they came, so that a request with a
   * newer token cannot overtake one with an older token.
   */
  private readonly queue = new KeyedQueue(MAX_REFRESHES_WAITING);

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly rotations: RotationsRepository,
    private readonly hook: TokenHook,
  ) {}

  /**
   * Rotates the session if the token is its current one and has not expired. The age of a token is
   * judged once, when its request first reads the session: what other requests do with the session
   * afterwards must not make this token look stolen.
   * @throws DomainError `service_unavailable`, `overloaded`, `refused_by_product`
   */
  async rotate({ token, keyThumbprint }: RefreshAttempt, context: ClientContext): Promise<RotationOutcome> {
    const deadline = this.clock.now() + this.config.env.DATABASE_TIMEOUT_SECONDS;
    const { ip, userAgent } = context;
    const rotation = { ...token, ip, userAgent, keyThumbprint, deadline };
    return this.queue.run(token.sid, () =>
      this.hook.isConfigured ? this.rotateAsked(rotation, token, context) : this.rotateOnce(rotation, token),
    );
  }

  /**
   * Asks the token hook before the rotation: the client whose refresh is refused keeps its token and
   * may use it again. It is asked in the queue, so that a fast answer lets no newer token overtake
   * an older one.
   */
  private async rotateAsked(
    rotation: Rotation,
    token: VerifiedToken<'refresh'>,
    { locale }: ClientContext,
  ): Promise<RotationOutcome> {
    const { sub: memberId, sid: sessionId } = token;
    let hookClaims: HookClaims;
    try {
      hookClaims = await this.hook.ask({ type: 'token.refresh', memberId, sessionId, locale });
    } catch (refusal) {
      // A stolen token must end its session also while the product refuses or does not answer.
      const session = await this.findReused(rotation);
      if (session === null) throw refusal;
      return { session, lostRace: false };
    }
    return { ...(await this.rotateOnce(rotation, token)), hookClaims };
  }

  /** The session, if it is in use and has moved on by more than the one answer that may be lost. */
  private async findReused(rotation: Rotation): Promise<UnrotatedSession | null> {
    const session = await this.rotations.look(rotation);
    if (session === null || session.isOver || session.isExpired) return null;
    return rotation.gen < session.generation - 1 ? session : null;
  }

  private async rotateOnce(rotation: Rotation, token: VerifiedToken<'refresh'>): Promise<RotationOutcome> {
    const isTokenExpired = token.exp <= this.clock.nowSeconds();
    if (this.clock.now() > rotation.deadline)
      throw new DomainError('service_unavailable', { detail: 'earlier refreshes took too long', retryAfter: 1 });
    const session = await (isTokenExpired ? this.rotations.look(rotation) : this.rotations.rotate(rotation));
    if (!session || session.isRotated || session.isOver || session.isExpired) return { session, lostRace: false };
    if (rotation.gen !== session.generation)
      return { session, lostRace: rotation.gen === session.generation - 1 && session.isWithinGrace };
    if (isTokenExpired || !provesKeyOf(session, rotation)) return { session, lostRace: false };
    // Current, alive and yet not rotated: another server holds the row. Wait for it.
    const awaited = (await this.rotations.rotateAlone(rotation)) ?? (await this.rotations.rotate(rotation));
    // If the token is still the current one, no other request rotated it: the deadline passed during the wait.
    const isOvertaken = awaited !== null && !awaited.isRotated && awaited.generation !== rotation.gen;
    return { session: awaited, lostRace: isOvertaken && this.config.env.REFRESH_GRACE_SECONDS > 0 };
  }
}

/** Whether the request may use the session: always where that is not bound to a key. */
export function provesKeyOf(session: SessionState, { keyThumbprint }: { keyThumbprint: string | null }): boolean {
  return session.keyThumbprint === null || session.keyThumbprint === keyThumbprint;
}
