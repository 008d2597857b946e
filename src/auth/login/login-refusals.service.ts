import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { SecurityEvents } from '../../security/audit-log/security-events.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { LoginChallengesService } from '../../mfa/challenges/login-challenges.service.js';
import type { OpenChallenge } from '../../mfa/challenges/mfa-challenges.repository.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { LoginThrottleService } from '../../security/rate-limits/login-throttle.service.js';
import type { LoginCandidate } from '../../users/members.repository.js';
import { LoginCompletionService, type PendingLogin } from './login-completion.service.js';
import { LoginLockNotificationService } from './login-lock-notification.service.js';
import type { PasswordAttempt } from './password-attempts.service.js';

type RefusalReason = SecurityEvents['login.failed']['reason'];

/**
 * Refuses logins. Every refusal gives the same answer, `invalid_credentials`, after the same work
 * (EN-05). The audit log and the error detail hold the reason.
 */
@Injectable()
export class LoginRefusalsService {
  constructor(
    private readonly database: Database,
    private readonly throttle: LoginThrottleService,
    private readonly lockNotification: LoginLockNotificationService,
    private readonly ipLimits: IpLimitsService,
    private readonly auditLog: AuditLogService,
    private readonly completion: LoginCompletionService,
    private readonly challenges: LoginChallengesService,
  ) {}

  /**
   * Refuses after a blocked attempt, a wrong password or an unknown identifier.
   * @throws DomainError `invalid_credentials`
   */
  async refusePassword(attempt: PasswordAttempt, context: ClientContext): Promise<never> {
    const { candidate, isBlocked, startsWaiting } = attempt;
    if (!isBlocked) await this.noteFailure(attempt, startsWaiting, context);
    if (!isBlocked) return this.refuse(candidate, candidate === null ? 'unknown_identifier' : 'password', context);
    await this.ipLimits.countFailure(context);
    await this.auditLog.record(this.database, 'login.throttled', { memberId: candidate?.id ?? null, context }, {});
    throw new DomainError('invalid_credentials', { detail: 'has to wait' });
  }

  /**
   * Refuses a member who is disabled, or closed beyond the grace period. A right password counts as a
   * wrong one. If it cleared the failures, no wait would begin, and an attacker would see that the
   * password was right (BF-01).
   * @param attempt set where the login began with a password
   * @throws DomainError `invalid_credentials`
   */
  async refuseInactive(candidate: LoginCandidate, context: ClientContext, attempt?: PasswordAttempt): Promise<never> {
    if (attempt !== undefined) await this.noteFailure(attempt, await attempt.counted.decide(false), context);
    return this.refuse(candidate, 'not_active', context);
  }

  /**
   * Refuses a login whose factors matched and whose risk is too high. The login counts as a failure of the
   * account and of the client address: otherwise an attacker who is one failure below a limit would
   * see that the first factor was right.
   * @param attempt set where this request compared a password
   * @throws DomainError `invalid_credentials`
   */
  async refuseRisky(
    candidate: LoginCandidate,
    login: PendingLogin,
    context: ClientContext,
    attempt?: PasswordAttempt,
  ): Promise<never> {
    await this.notifyLocked(candidate, login, await this.countRisky(candidate, login, attempt), context);
    await this.ipLimits.countFailure(context);
    throw new DomainError('invalid_credentials', { detail: 'risk too high' });
  }

  /**
   * Records a second factor that was wrong, or that was refused after too many attempts. A wrong
   * factor ends the login where the risk is too high, as the mail about the risk reports.
   * @param isChecked false where the factor was refused unchecked, after too many attempts
   */
  async recordWrongSecondFactor(
    challenge: OpenChallenge,
    login: PendingLogin,
    isChecked: boolean,
    context: ClientContext,
  ): Promise<void> {
    const { memberId } = login.owner;
    await this.database.transaction(async (tx) => {
      await this.auditLog.record(tx, 'login.second_factor_failed', { memberId, context }, {});
      if (!isChecked || (await this.completion.allowsAnotherFactor(tx, login, context))) return;
      await this.challenges.end(tx, challenge);
    });
  }

  /** Counts a failed login for the client address and records it. */
  async recordFailure(memberId: string | null, reason: RefusalReason, context: ClientContext): Promise<void> {
    await this.ipLimits.countFailure(context);
    await this.auditLog.record(this.database, 'login.failed', { memberId, context }, { reason });
  }

  /**
   * Counts a refused login as a failure, and counts again the failures that its right password had cleared. Otherwise no
   * wait would begin, and an attacker would see that the password was right (BF-01).
   */
  async countRefused(candidate: LoginCandidate, login: PendingLogin, context: ClientContext): Promise<void> {
    await this.notifyLocked(candidate, login, await this.restoreFailures(candidate, login), context);
  }

  private async notifyLocked(
    candidate: LoginCandidate,
    { device: { knownDeviceId } }: PendingLogin,
    startsWaiting: boolean,
    context: ClientContext,
  ): Promise<void> {
    if (startsWaiting && knownDeviceId === null) await this.lockNotification.send(candidate, candidate.id, context);
  }

  private async restoreFailures(
    { id: account }: LoginCandidate,
    { device: { knownDeviceId: deviceId }, passwordFailures }: PendingLogin,
  ): Promise<boolean> {
    return this.throttle.restoreFailures({ account, deviceId }, passwordFailures);
  }

  private async noteFailure(attempt: PasswordAttempt, startsWaiting: boolean, context: ClientContext): Promise<void> {
    const { candidate, account, deviceId } = attempt;
    // Failures on a known device block no other device. They are the device's own, so the password
    // needs no separate count for the client address (BF-13).
    if (deviceId !== null) return;
    if (startsWaiting) await this.lockNotification.send(candidate, account, context);
    await this.ipLimits.countFailureAt(attempt, context);
  }

  /** @returns whether logins to this account from this device have to wait from now on */
  private async countRisky(
    candidate: LoginCandidate,
    login: PendingLogin,
    attempt?: PasswordAttempt,
  ): Promise<boolean> {
    if (attempt?.counted.isDecided === false) {
      const startsWaiting = await attempt.counted.decide(false);
      // They differ where this login imported the member: the attempt was counted for the identifier.
      if (attempt.account === candidate.id) return startsWaiting;
    }
    // An earlier step of the login cleared the count of failures, which is part of the risk. If the
    // count were not restored, the next attempt would look less risky and get in.
    return this.restoreFailures(candidate, login);
  }

  private async refuse(
    candidate: LoginCandidate | null,
    reason: RefusalReason,
    context: ClientContext,
  ): Promise<never> {
    await this.recordFailure(candidate?.id ?? null, reason, context);
    throw new DomainError('invalid_credentials', { detail: reason });
  }
}
