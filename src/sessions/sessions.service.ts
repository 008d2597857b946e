import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecurityEventsService } from '../audit/security-events.service.js';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { keyedDigest } from '../common/digest.js';
import { KeyRing } from '../common/key-ring.js';
import { coarseNetwork } from '../common/network.js';
import { randomToken } from '../common/random.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import type { Tx } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import type { SessionEndReason } from '../events/security-events.js';
import { recipientOf } from '../mail/mail-recipient.js';
import { MailService } from '../mail/mail.service.js';
import { TokensService } from '../tokens/tokens.service.js';
import type { VerifiedToken } from '../tokens/token-purpose.js';
import { MembersRepository } from '../users/members.repository.js';
import { DevicesRepository } from './devices.repository.js';
import { RevocationFeed } from './revocation-feed.js';
import { RevocationsRepository } from './revocations.repository.js';
import type { TokenTransport } from './session.entity.js';
import { SessionsRepository, type SessionRow, type SessionState } from './sessions.repository.js';

/** A freshly minted pair. How it travels is for the controller to say. */
export interface IssuedTokens {
  readonly sessionId: string;
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly refreshExpiresIn: number;
  readonly transport: TokenTransport;
  /** Only for a device seen for the first time. */
  readonly deviceToken?: string;
}

/** What the client said of itself when it logged in. */
export interface DeviceInfo {
  readonly deviceName?: string;
  readonly deviceToken?: string;
  readonly transport?: TokenTransport;
}

/** Whose session is opened, and the password version that was checked. */
export interface SessionOwner {
  readonly memberId: string;
  readonly passwordVersion: number;
}

/** Opens, rotates, lists and ends sessions: one row per signed-in device, no token stored. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly devices: DevicesRepository,
    private readonly revocations: RevocationsRepository,
    private readonly feed: RevocationFeed,
    private readonly members: MembersRepository,
    private readonly tokens: TokensService,
    private readonly events: SecurityEventsService,
    private readonly mail: MailService,
  ) {}

  /** Finds the device a token belongs to, for this member alone. */
  async findDevice(memberId: string, deviceToken: string | undefined): Promise<string | null> {
    return this.devices.findId(memberId, deviceToken);
  }

  /**
   * Signs a device in. The member's row stays locked until commit: logins of one member take turns, and one that was
   * checked against a password that has been replaced meanwhile finds the version moved on and is refused.
   * @throws DomainError `invalid_credentials`
   */
  async open(tx: Tx, owner: SessionOwner, device: DeviceInfo, caller: Caller): Promise<IssuedTokens> {
    const { memberId } = owner;
    if (!(await this.members.lockActive(tx, memberId, owner.passwordVersion))) {
      throw new DomainError('invalid_credentials', { detail: 'disabled, or the password changed during the login' });
    }
    const knownDeviceId = await this.devices.findId(memberId, device.deviceToken);
    const deviceToken = knownDeviceId === null ? randomToken() : undefined;
    const deviceId =
      knownDeviceId ?? (await this.devices.insert(tx, memberId, deviceToken!, device.deviceName ?? null));
    if (knownDeviceId !== null) await this.devices.touch(tx, knownDeviceId);

    const { env } = this.config;
    const state = await this.sessions.insert(tx, {
      id: randomUUID(),
      memberId,
      deviceId,
      transport: device.transport ?? 'body',
      deviceName: device.deviceName ?? null,
      userAgent: caller.userAgent,
      ip: caller.ip,
      idleTtlSeconds: env.REFRESH_IDLE_TTL_SECONDS,
      absoluteTtlSeconds: env.REFRESH_ABSOLUTE_TTL_SECONDS,
    });
    const surplus = await this.sessions.endSurplus(tx, memberId, state.id, env.SESSIONS_PER_MEMBER);
    await this.revoke(tx, memberId, surplus, 'too-many-sessions', caller);
    await this.events.record(
      tx,
      'login.succeeded',
      { memberId, sessionId: state.id, caller },
      { newDevice: knownDeviceId === null },
    );
    return { ...this.mint(state), ...(deviceToken !== undefined && { deviceToken }) };
  }

  /**
   * Exchanges a refresh token for the next pair. Whoever lost a race within the grace gets the very successor the winner
   * got (`replayed`); an older token means that two parties hold it, so the session ends and its owner is told.
   * @throws DomainError `session_ended`, `token_expired`, `token_reused`, `token_invalid`
   */
  async rotate(
    token: VerifiedToken<'refresh'>,
    caller: Caller,
  ): Promise<IssuedTokens & { outcome: 'rotated' | 'replayed' }> {
    const { env } = this.config;
    const rotated = await this.sessions.rotate(token, caller.ip, env.REFRESH_IDLE_TTL_SECONDS);
    if (rotated) return { ...this.mint(rotated), outcome: 'rotated' };

    const session = await this.sessions.findSnapshot(token.sid, env.REFRESH_GRACE_SECONDS);
    if (!session || session.memberId !== token.sub)
      throw new DomainError('session_ended', { detail: 'no such session' });
    if (session.isOver) throw new DomainError('session_ended');
    if (session.isExpired) throw new DomainError('token_expired');
    if (token.gen === session.generation - 1 && session.isWithinGrace)
      return { ...this.mint(session), outcome: 'replayed' };
    // A generation that was never handed out cannot come from an honest client, nor can it be a replay.
    if (token.gen >= session.generation) throw new DomainError('token_invalid', { detail: 'generation not reached' });
    await this.endReused(session, token.gen, caller);
    throw new DomainError('token_reused');
  }

  /** Ends one session of the member; false if it is not theirs or already over. */
  async end(memberId: string, sessionId: string, reason: SessionEndReason, caller: Caller): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      if (!(await this.sessions.end(tx, sessionId, memberId, reason))) return false;
      await this.revoke(tx, memberId, [sessionId], reason, caller);
      return true;
    });
  }

  /** Ends all of a member's sessions, perhaps all but one, in the unit of work that makes it necessary. */
  async endAll(
    tx: Tx,
    memberId: string,
    reason: SessionEndReason,
    caller: Caller,
    exceptSessionId?: string,
  ): Promise<void> {
    const ended = await this.sessions.endAll(tx, memberId, reason, exceptSessionId);
    await this.revoke(tx, memberId, ended, reason, caller);
  }

  /** The member's live sessions, last used first. */
  async list(memberId: string): Promise<SessionRow[]> {
    return this.sessions.listLive(memberId);
  }

  private async endReused(session: SessionState, generation: number, caller: Caller): Promise<void> {
    const { id, memberId } = session;
    await this.database.transaction(async (tx) => {
      // Of several replays at once the first raises the alarm; one mail is enough.
      if (!(await this.sessions.end(tx, id, memberId, 'token-reuse'))) return;
      await this.revoke(tx, memberId, [id], 'token-reuse', caller);
      await this.events.record(tx, 'session.reuse_detected', { memberId, sessionId: id, caller }, { generation });
      const member = await this.members.get(tx, memberId);
      await this.mail.queue(tx, 'session-reused', recipientOf(member), {
        name: member.name ?? undefined,
        deviceName: (await this.sessions.deviceName(tx, id)) ?? '',
        at: new Date().toISOString(),
        network: coarseNetwork(caller.ip),
      });
    });
  }

  private async revoke(
    tx: Tx,
    memberId: string,
    sessionIds: readonly string[],
    reason: SessionEndReason,
    caller: Caller,
  ): Promise<void> {
    const ttl = this.config.env.ACCESS_TOKEN_TTL_SECONDS;
    await this.revocations.add(tx, sessionIds, ttl);
    for (const sessionId of sessionIds)
      await this.events.record(tx, 'session.ended', { memberId, sessionId, caller }, { reason });
    tx.afterCommit(() => {
      for (const sessionId of sessionIds) this.feed.add(sessionId, this.clock.nowSeconds() + ttl + 60);
    });
  }

  /** Both tokens of a generation. Pure: the same state gives the same refresh token on every replica. */
  private mint(state: SessionState): IssuedTokens {
    const { id, memberId, generation, issuedAt, refreshExpiresAt } = state;
    const accessExpiresAt = Math.min(issuedAt + this.config.env.ACCESS_TOKEN_TTL_SECONDS, refreshExpiresAt);
    const jti = keyedDigest(this.keys.current('refresh-jti'), id, String(generation)).toString('base64url');
    return {
      sessionId: id,
      transport: state.transport,
      accessToken: this.tokens.sign('access', { sub: memberId, sid: id, role: state.role }, issuedAt, accessExpiresAt),
      expiresIn: Math.max(accessExpiresAt - this.clock.nowSeconds(), 0),
      refreshToken: this.tokens.sign(
        'refresh',
        { sub: memberId, sid: id, gen: generation, jti },
        issuedAt,
        refreshExpiresAt,
      ),
      refreshExpiresIn: Math.max(refreshExpiresAt - this.clock.nowSeconds(), 0),
    };
  }
}
