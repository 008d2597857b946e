import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { Clock } from '../platform/database/clock.js';
import { coarseNetwork } from '../platform/addresses/ip-address.js';
import { randomToken } from '../platform/crypto/random.js';
import { AppConfig } from '../platform/config/app-config.js';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import type { SessionEndReason } from '../security/audit-log/security-events.js';
import { SecurityNotificationsService } from '../mail/notifications/security-notifications.service.js';
import { CountryLookup } from '../platform/geoip/country-lookup.service.js';
import { RiskService } from '../security/risk/risk.service.js';
import { MembersRepository } from '../users/members.repository.js';
import { DevicesRepository, type DeviceLook } from './devices/devices.repository.js';
import { summariseUserAgent } from './user-agent.js';
import { RevocationFeed } from './revocation/revocation-feed.js';
import { REVOCATION_MARGIN_SECONDS, RevocationsRepository } from './revocation/revocations.repository.js';
import { SessionTokens, type IssuedTokens } from './session-tokens.js';
import type { TokenTransport } from './session.entity.js';
import { SessionsRepository, type SessionRow } from './sessions.repository.js';

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

/** Whose session is opened, and the password version that was checked. */
export interface SessionOwner {
  readonly memberId: string;
  readonly passwordVersion: number;
}

/** Opens, lists and ends sessions: one row per signed-in device, no token stored. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly devices: DevicesRepository,
    private readonly revocations: RevocationsRepository,
    private readonly feed: RevocationFeed,
    private readonly members: MembersRepository,
    private readonly tokens: SessionTokens,
    private readonly auditLog: AuditLogService,
    private readonly notifications: SecurityNotificationsService,
    private readonly risk: RiskService,
    private readonly countries: CountryLookup,
  ) {}

  /** Finds the device a token belongs to, for this member alone. */
  async findDevice(memberId: string, deviceToken: string | undefined): Promise<string | null> {
    return this.devices.findId(this.database, memberId, deviceToken);
  }

  /** Whether a device is one the member has not used before: unknown by token and by its look. */
  async isNewDevice(tx: Tx, memberId: string, knownDeviceId: string | null, context: ClientContext): Promise<boolean> {
    return knownDeviceId === null && !(await this.devices.hasLookalike(tx, memberId, lookOf(context)));
  }

  /**
   * Signs a device in. The member's row stays locked until commit: logins of one member take turns, and one that was
   * checked against a password that has been replaced meanwhile finds the version moved on and is refused.
   * @throws DomainError `invalid_credentials`
   */
  async open(tx: Tx, owner: SessionOwner, device: SignInDevice, context: ClientContext): Promise<IssuedTokens> {
    const { memberId } = owner;
    if (!(await this.members.lockActive(tx, memberId, owner.passwordVersion))) {
      throw new DomainError('invalid_credentials', { detail: 'disabled, or the password changed during the login' });
    }
    const { id: deviceId, token: deviceToken } = await this.recogniseDevice(tx, memberId, device, context);
    await this.risk.remember(tx, memberId, context);

    const { env } = this.config;
    const state = await this.sessions.insert(tx, {
      id: randomUUID(),
      memberId,
      deviceId,
      transport: device.transport ?? 'body',
      deviceName: device.deviceName ?? null,
      userAgent: context.userAgent,
      ip: context.ip,
      idleTtlSeconds: env.REFRESH_IDLE_TTL_SECONDS,
      absoluteTtlSeconds: env.REFRESH_ABSOLUTE_TTL_SECONDS,
    });
    const surplus = await this.sessions.endSurplus(tx, memberId, state.id, env.SESSIONS_PER_MEMBER);
    await this.revoke(tx, memberId, surplus, 'too-many-sessions', context);
    await this.auditLog.record(
      tx,
      'login.succeeded',
      { memberId, sessionId: state.id, context },
      { newDevice: deviceToken !== undefined },
    );
    return { ...this.tokens.mint(state), ...(deviceToken !== undefined && { deviceToken }) };
  }

  /** Ends one session of the member; false if it is not theirs or already over. */
  async end(memberId: string, sessionId: string, reason: SessionEndReason, context: ClientContext): Promise<boolean> {
    return this.database.transaction((tx) => this.endWithin(tx, memberId, sessionId, reason, context));
  }

  /** As {@link end}, in the unit of work that makes it necessary. */
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

  /** Ends all of a member's sessions, perhaps all but one, in the unit of work that makes it necessary. */
  async endAll(
    tx: Tx,
    memberId: string,
    reason: SessionEndReason,
    context: ClientContext,
    exceptSessionId?: string,
  ): Promise<void> {
    const ended = await this.sessions.endAll(tx, memberId, reason, exceptSessionId);
    await this.revoke(tx, memberId, ended, reason, context);
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
    context: ClientContext,
  ): Promise<{ id: string; token?: string }> {
    const look = lookOf(context);
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
      const { browser } = summariseUserAgent(context.userAgent);
      const member = await this.members.get(tx, memberId);
      const country = this.countries.nameOf(context.ip, member.locale);
      const data = { deviceName: name ?? '', browser: browser ?? undefined, country };
      await this.notifications.send(tx, 'new-device', member, context, data);
    }
    return { id, token };
  }

  private async revoke(
    tx: Tx,
    memberId: string,
    sessionIds: readonly string[],
    reason: SessionEndReason,
    context: ClientContext,
  ): Promise<void> {
    const ttl = this.config.env.ACCESS_TOKEN_TTL_SECONDS;
    await this.revocations.add(tx, sessionIds, ttl);
    for (const sessionId of sessionIds)
      await this.auditLog.record(tx, 'session.ended', { memberId, sessionId, context }, { reason });
    tx.afterCommit(() => {
      const until = this.clock.nowSeconds() + ttl + REVOCATION_MARGIN_SECONDS;
      for (const sessionId of sessionIds) this.feed.add(sessionId, until);
    });
  }
}

function lookOf(context: ClientContext): DeviceLook {
  return { userAgent: context.userAgent, network: coarseNetwork(context.ip) };
}
