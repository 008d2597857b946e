import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecurityEventsService } from '../audit/security-events.service.js';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { keyedDigest } from '../common/digest.js';
import { KeyRing } from '../common/key-ring.js';
import { coarseNetwork } from '../common/network.js';
import { randomToken } from '../common/random.js';
import { TurnTaking } from '../common/turn-taking.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import type { Tx } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import type { SessionEndReason } from '../events/security-events.js';
import { SecurityNoticesService } from '../notices/security-notices.service.js';
import { TokensService } from '../tokens/tokens.service.js';
import type { VerifiedToken } from '../tokens/token-purpose.js';
import { CountryLookup } from '../countries/country-lookup.service.js';
import { RiskService } from '../risk/risk.service.js';
import { MembersRepository } from '../users/members.repository.js';
import { DevicesRepository, type DeviceLook } from './devices.repository.js';
import { summariseUserAgent } from './user-agent.js';
import { RevocationFeed } from './revocation-feed.js';
import { RevocationsRepository } from './revocations.repository.js';
import {
  RotationsRepository,
  type RotatedSession,
  type Rotation,
  type SessionUse,
  type UnrotatedSession,
} from './rotations.repository.js';
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

/** The device that is signed in. */
export interface SignInDevice {
  /** Where it has been here before and could show it. */
  readonly knownDeviceId: string | null;
  readonly deviceName?: string | null;
  readonly transport?: TokenTransport;
  /** The first device of a new member, which is no news to anybody. */
  readonly isFirst?: boolean;
  /** Its owner has been told about this login already. */
  readonly isMailed?: boolean;
}

/** More than anyone has; see `forgetSurplus`. */
const MAX_DEVICES = 20;

/** For one session, on one server. */
const MAX_REFRESHES_WAITING = 100;

/** Whose session is opened, and the password version that was checked. */
export interface SessionOwner {
  readonly memberId: string;
  readonly passwordVersion: number;
}

/** Opens, rotates, lists and ends sessions: one row per signed-in device, no token stored. */
@Injectable()
export class SessionsService {
  /** Refreshes of one session, in the order in which they came: none is overtaken by one with a token that is newer. */
  private readonly turns = new TurnTaking(MAX_REFRESHES_WAITING);

  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly rotations: RotationsRepository,
    private readonly devices: DevicesRepository,
    private readonly revocations: RevocationsRepository,
    private readonly feed: RevocationFeed,
    private readonly members: MembersRepository,
    private readonly tokens: TokensService,
    private readonly events: SecurityEventsService,
    private readonly notices: SecurityNoticesService,
    private readonly risk: RiskService,
    private readonly countries: CountryLookup,
  ) {}

  /** Finds the device a token belongs to, for this member alone. */
  async findDevice(memberId: string, deviceToken: string | undefined): Promise<string | null> {
    return this.devices.findId(this.database, memberId, deviceToken);
  }

  /** Whether a device is one the member has not used before: unknown by token and by its look. */
  async isNewDevice(tx: Tx, memberId: string, knownDeviceId: string | null, caller: Caller): Promise<boolean> {
    return knownDeviceId === null && !(await this.devices.hasLookalike(tx, memberId, lookOf(caller)));
  }

  /**
   * Signs a device in. The member's row stays locked until commit: logins of one member take turns, and one that was
   * checked against a password that has been replaced meanwhile finds the version moved on and is refused.
   * @throws DomainError `invalid_credentials`
   */
  async open(tx: Tx, owner: SessionOwner, device: SignInDevice, caller: Caller): Promise<IssuedTokens> {
    const { memberId } = owner;
    if (!(await this.members.lockActive(tx, memberId, owner.passwordVersion))) {
      throw new DomainError('invalid_credentials', { detail: 'disabled, or the password changed during the login' });
    }
    const { id: deviceId, token: deviceToken } = await this.recogniseDevice(tx, memberId, device, caller);
    await this.risk.remember(tx, memberId, caller);

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
      { newDevice: deviceToken !== undefined },
    );
    return { ...this.mint(state), ...(deviceToken !== undefined && { deviceToken }) };
  }

  /**
   * Exchanges a refresh token for the next pair. Whoever lost a race within the grace gets the very successor the winner
   * got (`replayed`), or what has followed it while they waited; an older token means that two parties hold it, so the
   * session ends and its owner is told. How old a token is, is judged by the first look that is taken for its request: it
   * is not to blame for what others do with the session from then on.
   * @throws DomainError `session_ended`, `token_expired`, `token_reused`, `token_invalid`, `service_unavailable`, `overloaded`
   */
  async rotate(
    token: VerifiedToken<'refresh'>,
    caller: Caller,
  ): Promise<IssuedTokens & { outcome: 'rotated' | 'replayed' }> {
    const deadline = this.clock.now() + this.config.env.DATABASE_TIMEOUT_SECONDS;
    const asked = { ...token, ip: caller.ip, deadline };
    const { session, isLoser } = await this.turns.take(token.sid, () => this.moveOn(asked));
    if (!session) throw new DomainError('session_ended', { detail: 'no such session' });
    if (!session.isRotated) await this.refuseUnlessLoser(session, token, isLoser, caller);
    if (this.risk.isNotable(session, caller)) await this.watch(session, caller);
    return { ...this.mint(session), outcome: session.isRotated ? 'rotated' : 'replayed' };
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

  /** After a password change whoever knew the old one may hold device tokens; only the device of this session stays known. */
  async forgetDevices(tx: Tx, memberId: string, exceptSessionId?: string): Promise<void> {
    const kept = exceptSessionId === undefined ? null : await this.sessions.deviceId(tx, exceptSessionId);
    await this.devices.forgetAll(tx, memberId, kept);
  }

  /** Whether the session's owner logged in or confirmed the password within the last few minutes. */
  async isFresh(sessionId: string): Promise<boolean> {
    return this.sessions.isFresh(sessionId, this.config.env.REAUTHENTICATION_SECONDS);
  }

  async markAuthenticated(sessionId: string): Promise<void> {
    await this.sessions.markAuthenticated(sessionId);
  }

  /** The member's live sessions, last used first. */
  async list(memberId: string): Promise<SessionRow[]> {
    return this.sessions.listLive(memberId);
  }

  /** The device that logs in: known by its token, or new, and then its owner is told unless it looks like one that was here before. */
  private async recogniseDevice(
    tx: Tx,
    memberId: string,
    device: SignInDevice,
    caller: Caller,
  ): Promise<{ id: string; token?: string }> {
    const look = lookOf(caller);
    if (device.knownDeviceId !== null) {
      await this.devices.touch(tx, device.knownDeviceId, look);
      return { id: device.knownDeviceId };
    }
    const isWorthAMail =
      device.isFirst !== true && device.isMailed !== true && !(await this.devices.hasLookalike(tx, memberId, look));
    const name = device.deviceName ?? null;
    const token = randomToken();
    const id = await this.devices.insert(tx, { ...look, memberId, token, name });
    await this.devices.forgetSurplus(tx, memberId, MAX_DEVICES);
    if (isWorthAMail) {
      const { browser } = summariseUserAgent(caller.userAgent);
      const member = await this.members.get(tx, memberId);
      const country = this.countries.nameOf(caller.ip, member.locale);
      const data = { deviceName: name ?? '', browser: browser ?? undefined, country };
      await this.notices.send(tx, 'new-device', member, caller, data);
    }
    return { id, token };
  }

  /** Rotates the session if this token is its current one; otherwise tells how it is, and whether somebody was merely faster. */
  private async moveOn(
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
    caller: Caller,
  ): Promise<void> {
    if (session.isOver) throw new DomainError('session_ended');
    if (session.isExpired) throw new DomainError('token_expired');
    // A generation that was never handed out cannot come from an honest client, nor can it be a replay.
    if (gen > session.generation) throw new DomainError('token_invalid', { detail: 'generation not reached' });
    if (gen === session.generation)
      throw new DomainError('service_unavailable', { detail: 'the deadline of a rotation is over', retryAfter: 1 });
    if (isLoser) return;
    await this.endReused(session, gen, caller);
    throw new DomainError('token_reused');
  }

  /** Judges a refresh that stands out. The tokens it is for are not handed out before. @throws DomainError `session_ended` */
  private async watch(session: SessionUse, caller: Caller): Promise<void> {
    const { id, memberId } = session;
    const isOver = await this.database.transaction(async (tx) => {
      const { outcome } = await this.risk.assessRefresh(tx, session, caller);
      if (outcome === 'ask') await this.sessions.markUnauthenticated(tx, id);
      if (outcome !== 'end') return false;
      if (await this.sessions.end(tx, id, memberId, 'risk')) await this.revoke(tx, memberId, [id], 'risk', caller);
      return true;
    });
    if (isOver) throw new DomainError('session_ended', { detail: 'judged too risky' });
  }

  private async endReused(session: SessionState, generation: number, caller: Caller): Promise<void> {
    const { id, memberId } = session;
    await this.database.transaction(async (tx) => {
      // Of several replays at once the first raises the alarm; one mail is enough.
      if (!(await this.sessions.end(tx, id, memberId, 'token-reuse'))) return;
      await this.revoke(tx, memberId, [id], 'token-reuse', caller);
      await this.events.record(tx, 'session.reuse_detected', { memberId, sessionId: id, caller }, { generation });
      await this.risk.recordReuse(tx, session, caller);
      const member = await this.members.get(tx, memberId);
      const deviceName = (await this.sessions.deviceName(tx, id)) ?? '';
      await this.notices.send(tx, 'session-reused', member, caller, { deviceName });
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
      expiresIn: this.secondsUntil(accessExpiresAt, issuedAt),
      refreshToken: this.tokens.sign(
        'refresh',
        { sub: memberId, sid: id, gen: generation, jti },
        issuedAt,
        refreshExpiresAt,
      ),
      refreshExpiresIn: this.secondsUntil(refreshExpiresAt, issuedAt),
    };
  }

  /** What is left of a token's life, and never more than all of it: two clocks, however close, round differently. */
  private secondsUntil(expiresAt: number, issuedAt: number): number {
    return Math.min(this.clock.secondsUntil(expiresAt), expiresAt - issuedAt);
  }
}

function lookOf(caller: Caller): DeviceLook {
  return { userAgent: caller.userAgent, network: coarseNetwork(caller.ip) };
}
