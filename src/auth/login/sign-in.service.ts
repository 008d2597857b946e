import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../platform/http/validation/login-id.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { RiskService, type AssessedLogin } from '../../security/risk/risk.service.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import { SessionsService, type SessionOwner, type SignInDevice } from '../../sessions/sessions.service.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';
import { VerificationService } from '../../verification/verification.service.js';
import { ResetTokens, type IssuedResetToken } from '../password-reset/reset-tokens.js';

/** Who logs in, on which device, and what went before. */
export interface SignIn {
  readonly owner: SessionOwner;
  readonly device: SignInDevice;
  /** Wrong passwords in a row before the right one. */
  readonly passwordFailures: number;
  /** The first factor, which may have been the only one. */
  readonly by: 'password' | 'passkey';
}

/** What a login comes to that has shown all it needs. */
export type CompletedLogin =
  { status: 'authenticated'; tokens: IssuedTokens } | ({ status: 'password_change_required' } & IssuedResetToken);

/** Lets logins in, unless they look too much like somebody else's. Every way to log in ends here. */
@Injectable()
export class SignInService {
  constructor(
    private readonly config: AppConfig,
    private readonly members: MembersRepository,
    private readonly sessions: SessionsService,
    private readonly risk: RiskService,
    private readonly verification: VerificationService,
    private readonly resetTokens: ResetTokens,
    private readonly notifications: SecurityNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Completes a login that has shown all it needs: a session, or the way to a new password where that has to come first. A closed
   * account is open again by it, while its grace lasts. Null where it is refused as too risky: the caller lets the transaction commit, because it holds what was found and the mail
   * about it, and answers as if the password were wrong.
   * @param candidate as looked up before the transaction: at the version that was checked it holds, or the login is refused
   * @throws DomainError `invalid_credentials`
   */
  async complete(
    tx: Tx,
    signIn: SignIn,
    candidate: LoginCandidate,
    context: ClientContext,
  ): Promise<CompletedLogin | null> {
    const { outcome, isMailed } = await this.risk.assessLogin(tx, await this.assessed(tx, signIn, context), context);
    if (outcome === 'end') return null;
    if (candidate.status === 'closed') await this.restore(tx, candidate, context);
    if (candidate.mustChangePassword) return this.demandNewPassword(tx, signIn, context);
    const tokens = await this.sessions.open(tx, signIn.owner, { ...signIn.device, isMailed }, context);
    return { status: 'authenticated', tokens };
  }

  /** After the password, before a second factor is asked for; false where it is refused, as in {@link complete}. */
  async allowsSecondFactor(tx: Tx, signIn: SignIn, context: ClientContext): Promise<boolean> {
    return this.risk.allowsSecondFactor(tx, await this.assessed(tx, signIn, context), context);
  }

  /** The password was right and the second factor wrong. */
  async secondFactorFailed(tx: Tx, signIn: SignIn, context: ClientContext): Promise<void> {
    await this.risk.assessWrongSecondFactor(tx, await this.assessed(tx, signIn, context), context);
  }

  private async restore(tx: Tx, { id: memberId, loginId }: LoginCandidate, context: ClientContext): Promise<void> {
    // Where it is no longer closed, or the grace ran out a moment ago, what follows sees for itself how it is.
    if (!(await this.members.restore(tx, memberId, this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS))) return;
    await this.auditLog.record(tx, 'account.restored', { memberId, context }, {});
    const member = await this.members.get(tx, memberId);
    await this.notifications.send(tx, 'account-restored', member, context, { loginIdMasked: maskLoginId(loginId) });
  }

  /** Whoever has to change the password gets no session, only the way to do that. */
  private async demandNewPassword(tx: Tx, { owner, by }: SignIn, context: ClientContext): Promise<CompletedLogin> {
    const { memberId, passwordVersion } = owner;
    // As for any login: a password that was replaced while this one was checked opens nothing (CC-04).
    if (!(await this.members.lockActive(tx, memberId, passwordVersion)))
      throw new DomainError('invalid_credentials', { detail: 'the password changed during the login' });
    await this.auditLog.record(tx, 'password.reset_proven', { memberId, context }, { by });
    const grant = await this.verification.grantReset(tx, memberId, passwordVersion);
    return { status: 'password_change_required', ...this.resetTokens.mint(grant) };
  }

  private async assessed(
    tx: Tx,
    { owner, device, passwordFailures }: SignIn,
    context: ClientContext,
  ): Promise<AssessedLogin> {
    const { memberId } = owner;
    const { knownDeviceId: deviceId, deviceName = null } = device;
    const isNewDevice = await this.sessions.isNewDevice(tx, memberId, deviceId, context);
    return { memberId, deviceId, deviceName, isNewDevice, passwordFailures };
  }
}
