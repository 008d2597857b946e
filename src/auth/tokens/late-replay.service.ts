import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { Clock } from '../../platform/database/clock.js';
import { Database } from '../../platform/database/database.js';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { KnownDevicesService } from '../../sessions/devices/known-devices.service.js';
import { RotationsRepository, type LateReplay, type UnrotatedSession } from '../../sessions/rotations.repository.js';
import { areSameFamily } from '../../sessions/user-agent.js';
import type { RefreshAttempt } from './session-rotation.service.js';

/** What the tokens of a replay are minted from. */
export type Replay = Pick<LateReplay, 'state' | 'accessIssuedAt'>;

/**
 * Admits the previous refresh token after the grace period. The answer with its successor may have
 * been lost: an app that was killed, or whose phone lost its network, comes back days later (ADR 0031).
 */
@Injectable()
export class LateReplayService {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly rotations: RotationsRepository,
    private readonly devices: KnownDevicesService,
    private readonly countries: CountryLookup,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * @param session as read by this request; if it is bound, the request proved its key
   * @returns null where the token is not the previous one, or must be treated as stolen
   */
  async admit(session: UnrotatedSession, attempt: RefreshAttempt, context: ClientContext): Promise<Replay | null> {
    if (attempt.token.gen !== session.generation - 1) return null;
    // Only the holder of the key gets here, so the age of the token does not matter.
    if (session.keyThumbprint !== null) return { state: session, accessIssuedAt: this.clock.nowSeconds() };
    // The statement checks this limit, too. Checking it here keeps findNewer() for lost races only.
    if (session.earlierLateReplays >= this.config.env.REFRESH_LATE_REPLAYS) return null;
    if (!(await this.looksLikeSameDevice(session, attempt, context))) return null;
    return (await this.recordReplay(session, attempt, context)) ?? this.findNewer(session, attempt);
  }

  private async recordReplay(
    { id: sessionId, memberId }: UnrotatedSession,
    { token }: RefreshAttempt,
    context: ClientContext,
  ): Promise<Replay | null> {
    return this.database.transaction(async (tx) => {
      const replay = await this.rotations.replayLate(tx, token, this.config.env.REFRESH_LATE_REPLAYS);
      if (!replay) return null;
      const { inARow } = replay;
      const details = { generation: token.gen, inARow };
      await this.auditLog.record(tx, 'session.late_replay', { memberId, sessionId, context }, details);
      return replay;
    });
  }

  /**
   * Another request may have rotated the session since this request read it. Example: two tabs come
   * late together, and the first uses its new token at once. The second tab then gets the newest
   * token, as within the grace period.
   */
  private async findNewer({ generation }: UnrotatedSession, { token }: RefreshAttempt): Promise<Replay | null> {
    const session = await this.rotations.look(token);
    const isNewer = session !== null && session.generation > generation && session.isWithinGrace;
    return isNewer && !session.isOver ? { state: session, accessIssuedAt: session.issuedAt } : null;
  }

  /** Compares the request with the last use of the session, which may have been a thief's. */
  private async looksLikeSameDevice(
    { memberId, deviceId, userAgent, previousIp }: UnrotatedSession,
    { deviceToken }: RefreshAttempt,
    context: ClientContext,
  ): Promise<boolean> {
    const [before, now] = [previousIp === null ? null : this.countries.of(previousIp), this.countries.of(context.ip)];
    if (before !== null && now !== null && before !== now) return false;
    if (areSameFamily(userAgent, context.userAgent)) return true;
    return deviceId !== null && (await this.devices.findId(memberId, deviceToken)) === deviceId;
  }
}
