import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { settleAll } from '../platform/concurrency/settle-all.js';
import type { ClientContext } from '../platform/http/client-context.js';
import type { Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import { RiskService } from '../security/risk/risk.service.js';
import type { FirstFactor, ProvenFactor } from './session.entity.js';
import { KnownDevicesService, type SignInDevice } from './devices/known-devices.service.js';
import type { SessionOpening } from './session-opening.service.js';
import { SessionRevocationService } from './revocation/session-revocation.service.js';
import { SessionTokens, type IssuedTokens } from './session-tokens.js';
import { SessionsRepository, type SessionRow } from './sessions.repository.js';

/** The member that a session is opened for, and the version of the password that was checked. */
export interface SessionOwner {
  readonly memberId: string;
  readonly passwordVersion: number;
  readonly firstFactor: FirstFactor;
  /** The second factor that the login proved. */
  readonly provenFactor?: ProvenFactor;
  /** Whether the same transaction makes the member. */
  readonly isNewMember?: boolean;
}

/**
 * Opens and lists sessions, one row per signed-in device, and records when their members last
 * authenticated.
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly revocation: SessionRevocationService,
    private readonly devices: KnownDevicesService,
    private readonly tokens: SessionTokens,
    private readonly risk: RiskService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Opens a session. Needs the member's lock, so that logins of one member run one after the other.
   * A login is refused if its password was replaced while it was being checked, or if the member is no
   * longer active.
   * @throws DomainError `invalid_credentials`
   */
  async open(
    { tx, claimsFor }: SessionOpening,
    owner: SessionOwner,
    device: SignInDevice,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    const { memberId, isNewMember = false } = owner;
    const hookClaims = claimsFor({ memberId, isNewMember, locale: context.locale });
    const { id: deviceId, token: deviceToken } = await this.devices.recordLogin(tx, memberId, device, context);
    const sessionId = randomUUID();
    const newDevice = deviceToken !== undefined;
    const inserting = this.sessions.insert(tx, {
      id: sessionId,
      memberId,
      deviceId,
      transport: device.transport ?? 'body',
      deviceName: device.deviceName ?? null,
      userAgent: context.userAgent,
      ip: context.ip,
      key: device.key ?? null,
      firstFactor: owner.firstFactor,
      provenFactor: owner.provenFactor ?? null,
      passwordVersion: owner.passwordVersion,
    });
    // The statements are sent together. The event follows the insert of its session.
    const [state] = await settleAll([
      inserting,
      this.risk.remember(tx, memberId, context),
      this.auditLog.record(tx, 'login.succeeded', { memberId, sessionId, context }, { newDevice }),
    ]);
    if (!state)
      throw new DomainError('invalid_credentials', { detail: 'not active, or the password changed during the login' });
    await this.revocation.endSurplus(tx, memberId, state, context);
    return { ...this.tokens.mint(state, hookClaims), ...(newDevice && { deviceToken }) };
  }

  /** See {@link KnownDevicesService.isNew}. */
  async isNewDevice(tx: Tx, memberId: string, knownDeviceId: string | null, context: ClientContext): Promise<boolean> {
    return this.devices.isNew(tx, memberId, knownDeviceId, context);
  }

  /**
   * Checks that the session is live and that its member authenticated within REAUTHENTICATION_SECONDS
   * (ASVS 7.5.1).
   * @throws DomainError `reauth_required`
   */
  async checkRecentLogin(sessionId: string): Promise<void> {
    if (!(await this.sessions.hasRecentLogin(sessionId))) throw new DomainError('reauth_required');
  }

  /**
   * Records that the member of this session has just authenticated again.
   * @param factor the second factor that was part of it; null if there was none
   * @param firstFactor what the authentication began with; null where that is unknown
   */
  async markAuthenticated(
    tx: Tx,
    sessionId: string,
    factor: ProvenFactor | null = null,
    firstFactor: FirstFactor | null = 'password',
  ): Promise<void> {
    await this.sessions.markAuthenticated(tx, sessionId, firstFactor, factor);
  }

  /** The member's live sessions, last used first. */
  async list(memberId: string): Promise<SessionRow[]> {
    return this.sessions.listLive(memberId);
  }
}
