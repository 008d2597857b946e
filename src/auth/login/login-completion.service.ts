import { Injectable } from '@nestjs/common';
import { settleAll } from '../../platform/concurrency/settle-all.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { RiskService, type AssessedLogin } from '../../security/risk/risk.service.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import type { SignInDevice } from '../../sessions/devices/known-devices.service.js';
import type { SessionOpening } from '../../sessions/session-opening.service.js';
import { SessionsService, type SessionOwner } from '../../sessions/sessions.service.js';
import type { GivenConsent } from '../../users/consents/consents.repository.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';
import { LoginDemandsService, type DemandedConsents, type DemandedPassword } from './login-demands.service.js';

/** A login whose first factor matched: its member and its device. */
export interface PendingLogin {
  readonly owner: SessionOwner;
  readonly device: SignInDevice;
  /** Wrong passwords in a row before the right one. */
  readonly passwordFailures: number;
  /** Those of them that came from this device or this client address. */
  readonly ownPasswordFailures: number;
  /**
   * Given in the last step of the login, and complete together with the earlier ones. They are
   * recorded when the session opens: a refused login records none.
   */
  readonly consents?: readonly GivenConsent[];
  /** What {@link LoginCompletionService.describe} read under the member's lock, if it was called. */
  readonly assessed?: AssessedLogin;
}

/** The outcome of a login whose factors all matched. */
export type CompletedLogin = { status: 'authenticated'; tokens: IssuedTokens } | DemandedPassword | DemandedConsents;

/**
 * Completes logins after all factors matched, unless their risk is too high. Every way to log in
 * ends here.
 */
@Injectable()
export class LoginCompletionService {
  constructor(
    private readonly config: AppConfig,
    private readonly members: MembersRepository,
    private readonly sessions: SessionsService,
    private readonly risk: RiskService,
    private readonly demands: LoginDemandsService,
    private readonly notifications: SecurityNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Whether this member may log in. True also for a closed account in its grace period; completing
   * the login restores it.
   */
  async isAdmissible({ id: memberId, status }: LoginCandidate): Promise<boolean> {
    if (status !== 'closed') return status === 'active';
    return this.members.isRestorable(memberId, this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS);
  }

  /**
   * Opens a session. Where the password has to be changed first, issues a reset token instead; where
   * documents have to be agreed to, a terms token. Restores a closed account during its grace period.
   * @param candidate as read before the transaction: the login is refused if the password version
   * has changed since
   * @returns null where the risk is too high. Let the transaction commit, because it holds the
   * audit row and the mail about it, and answer as for a wrong password.
   * @throws DomainError `invalid_credentials`
   */
  async complete(
    opening: SessionOpening,
    login: PendingLogin,
    candidate: LoginCandidate,
    context: ClientContext,
  ): Promise<CompletedLogin | null> {
    const { tx } = opening;
    // A member who has to change the password logs in again, and agrees then.
    const missing = candidate.mustChangePassword ? [] : await this.demands.findMissingConsents(tx, login, context);
    if (missing.length > 0) {
      // The rest of the risk is assessed when the session opens, as after a second factor.
      if (!(await this.allowsFurtherStep(tx, login, context))) return null;
      return this.demands.demandConsents(tx, login, missing, context);
    }
    const assessed = login.assessed ?? (await this.describe(tx, login, context));
    const { outcome, riskMailQueued } = await this.risk.assessLogin(tx, assessed, context);
    if (outcome === 'end') return null;
    if (candidate.status === 'closed') await this.restore(tx, candidate, context);
    if (candidate.mustChangePassword) return this.demands.demandPassword(tx, login, context);
    await this.demands.recordConsents(tx, login, context);
    const device = { ...login.device, suppressNewDeviceMail: riskMailQueued };
    const tokens = await this.sessions.open(opening, login.owner, device, context);
    return { status: 'authenticated', tokens };
  }

  /**
   * Whether a login may continue to its second factor or to a consent. False if the risk is
   * too high: let the transaction commit and answer as for a wrong password, as after
   * {@link complete}.
   */
  async allowsFurtherStep(tx: Tx, login: PendingLogin, context: ClientContext): Promise<boolean> {
    return this.risk.allowsFurtherStep(tx, login.assessed ?? (await this.describe(tx, login, context)), context);
  }

  /**
   * Whether a login whose password matched and whose second factor did not may try another factor:
   * the client may be an attacker who knows the password. False if the risk is too high: end the
   * login in `tx`.
   */
  async allowsAnotherFactor(tx: Tx, login: PendingLogin, context: ClientContext): Promise<boolean> {
    // Before the challenge, as in a login with the right factor: in another order, two requests with
    // one token could deadlock.
    await this.members.lock(tx, login.owner.memberId);
    const assessed = await this.describe(tx, login, context);
    return (await this.risk.assessWrongSecondFactor(tx, assessed, context)).outcome !== 'end';
  }

  private async restore(tx: Tx, { id: memberId, loginId }: LoginCandidate, context: ClientContext): Promise<void> {
    // False where the account is no longer closed, or its grace period has just ended. The next
    // statement then decides.
    if (!(await this.members.restore(tx, memberId, this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS))) return;
    await this.auditLog.record(tx, 'account.restored', { memberId, context }, {});
    const member = await this.members.get(tx, memberId);
    await this.notifications.send(tx, 'account-restored', member, context, { loginIdMasked: maskLoginId(loginId) });
  }

  /** Reads what the risk rules assess. Needs the member's lock. */
  async describe(
    tx: Tx,
    { owner, device, passwordFailures, ownPasswordFailures }: PendingLogin,
    context: ClientContext,
  ): Promise<AssessedLogin> {
    const { memberId } = owner;
    const { knownDeviceId: deviceId, deviceName = null } = device;
    const [isNewDevice, history] = await settleAll([
      this.sessions.isNewDevice(tx, memberId, deviceId, context),
      this.risk.findHistory(tx, memberId, context),
    ]);
    return { memberId, deviceId, deviceName, isNewDevice, history, passwordFailures, ownPasswordFailures };
  }
}
