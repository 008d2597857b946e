import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Clock } from '../../platform/database/clock.js';
import { KeyedQueue } from '../../platform/concurrency/keyed-queue.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { RiskService } from '../../security/risk/risk.service.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { MembersRepository } from '../../users/members.repository.js';
import { SessionRevocationService } from '../../sessions/revocation/session-revocation.service.js';
import {
  RotationsRepository,
  type RotatedSession,
  type Rotation,
  type SessionUse,
  type UnrotatedSession,
} from '../../sessions/rotations.repository.js';
import { SessionTokens, type IssuedTokens } from '../../sessions/session-tokens.js';
import { SessionsRepository, type SessionState } from '../../sessions/sessions.repository.js';

/** For one session, on one server. */
const MAX_REFRESHES_WAITING = 100;

/** Moves sessions on: the refresh that never logs an honest client out, and notices when two hold one token. */
@Injectable()
export class RefreshService {
  /** Refreshes of one session, in the order in which they came: none is overtaken by one with a token that is newer. */
  private readonly turns = new KeyedQueue(MAX_REFRESHES_WAITING);

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly sessions: SessionRevocationService,
    private readonly repository: SessionsRepository,
    private readonly rotations: RotationsRepository,
    private readonly tokens: SessionTokens,
    private readonly members: MembersRepository,
    private readonly risk: RiskService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: SecurityNotificationsService,
  ) {}

  /**
   * Exchanges a refresh token for the next pair. Whoever lost a race within the grace gets the very successor the winner
   * got (`replayed`), or what has followed it while they waited; an older token means that two parties hold it, so the
   * session ends and its owner is told. How old a token is, is judged by the first look that is taken for its request: it
   * is not to blame for what others do with the session from then on.
   * @throws DomainError `session_ended`, `token_expired`, `token_reused`, `token_invalid`, `service_unavailable`, `overloaded`
   */
  async rotate(
    token: VerifiedToken<'refresh'>,
    context: ClientContext,
  ): Promise<IssuedTokens & { outcome: 'rotated' | 'replayed' }> {
    const deadline = this.clock.now() + this.config.env.DATABASE_TIMEOUT_SECONDS;
    const asked = { ...token, ip: context.ip, deadline };
    const { session, isLoser } = await this.turns.run(token.sid, () => this.rotateOnce(asked));
    if (!session) throw new DomainError('session_ended', { detail: 'no such session' });
    if (!session.isRotated) await this.refuseUnlessLoser(session, token, isLoser, context);
    if (this.risk.needsAssessment(session, context)) await this.assessRisk(session, context);
    return { ...this.tokens.mint(session), outcome: session.isRotated ? 'rotated' : 'replayed' };
  }

  /** Rotates the session if this token is its current one; otherwise tells how it is, and whether somebody was merely faster. */
  private async rotateOnce(
    asked: Rotation,
  ): Promise<{ session: RotatedSession | UnrotatedSession | null; isLoser: boolean }> {
    if (this.clock.now() > asked.deadline)
      throw new DomainError('service_unavailable', { detail: 'others took too long', retryAfter: 1 });
    const session = await this.rotations.rotate(asked);
    if (!session || session.isRotated || session.isOver || session.isExpired) return { session, isLoser: false };
    if (asked.gen !== session.generation)
      return { session, isLoser: asked.gen === session.generation - 1 && session.isWithinGrace };
    // Current and alive, and not rotated all the same: somebody is busy with it, on another server.
    return {
      session: (await this.rotations.rotateAlone(asked)) ?? (await this.rotations.rotate(asked)),
      isLoser: this.config.env.REFRESH_GRACE_SECONDS > 0,
    };
  }

  private async refuseUnlessLoser(
    session: UnrotatedSession,
    { gen }: VerifiedToken<'refresh'>,
    isLoser: boolean,
    context: ClientContext,
  ): Promise<void> {
    if (session.isOver) throw new DomainError('session_ended');
    if (session.isExpired) throw new DomainError('token_expired');
    // A generation that was never handed out cannot come from an honest client, nor can it be a replay.
    if (gen > session.generation) throw new DomainError('token_invalid', { detail: 'generation not reached' });
    if (gen === session.generation)
      throw new DomainError('service_unavailable', { detail: 'the deadline of a rotation is over', retryAfter: 1 });
    if (isLoser) return;
    await this.endReused(session, gen, context);
    throw new DomainError('token_reused');
  }

  /** Judges a refresh that stands out. The tokens it is for are not handed out before. @throws DomainError `session_ended` */
  private async assessRisk(session: SessionUse, context: ClientContext): Promise<void> {
    const { id, memberId } = session;
    const isOver = await this.database.transaction(async (tx) => {
      const { outcome } = await this.risk.assessRefresh(tx, session, context);
      if (outcome === 'ask') await this.repository.markUnauthenticated(tx, id);
      if (outcome !== 'end') return false;
      await this.sessions.endWithin(tx, memberId, id, 'risk', context);
      return true;
    });
    if (isOver) throw new DomainError('session_ended', { detail: 'judged too risky' });
  }

  private async endReused(session: SessionState, generation: number, context: ClientContext): Promise<void> {
    const { id, memberId } = session;
    await this.database.transaction(async (tx) => {
      // Of several replays at once the first raises the alarm; one mail is enough.
      if (!(await this.sessions.endWithin(tx, memberId, id, 'token-reuse', context))) return;
      await this.auditLog.record(tx, 'session.reuse_detected', { memberId, sessionId: id, context }, { generation });
      await this.risk.recordReuse(tx, session, context);
      const member = await this.members.get(tx, memberId);
      const deviceName = (await this.repository.findDeviceName(tx, id)) ?? '';
      await this.notifications.send(tx, 'session-reused', member, context, { deviceName });
    });
  }
}
