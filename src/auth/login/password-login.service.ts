import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { hashOwner } from '../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import type { DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import type { IssuedMfaToken } from '../../mfa/challenges/login-challenges.service.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';
import { LoginCompletionService, type CompletedLogin, type PendingLogin } from './login-completion.service.js';
import { LoginRefusalsService } from './login-refusals.service.js';
import { PasswordAttemptsService, type LoginCredentials, type PasswordAttempt } from './password-attempts.service.js';
import { SecondFactorLoginService } from './second-factor-login.service.js';

export type PasswordLoginOutcome = CompletedLogin | ({ status: 'mfa_required' } & IssuedMfaToken);

/** Logs a member in by login ID or address and password. */
@Injectable()
export class PasswordLoginService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
    private readonly passwordAttempts: PasswordAttemptsService,
    private readonly secondFactor: SecondFactorLoginService,
    private readonly completion: LoginCompletionService,
    private readonly refusals: LoginRefusalsService,
  ) {}

  /**
   * An unknown identifier, a wrong password, a disabled account, a wait and a high risk get the same
   * answer, after the same work (EN-05, EN-06).
   * @throws DomainError `invalid_credentials`, `too_many_requests`, `overloaded`
   */
  async login(
    credentials: LoginCredentials,
    device: DeviceInfo,
    context: ClientContext,
  ): Promise<PasswordLoginOutcome> {
    const attempt = await this.passwordAttempts.compare(credentials, device.deviceToken, context);
    try {
      return await this.decide(attempt, credentials.password, device, context);
    } catch (error) {
      await attempt.earliestRefusal;
      throw error;
    }
  }

  private async decide(
    attempt: PasswordAttempt,
    password: string,
    device: DeviceInfo,
    context: ClientContext,
  ): Promise<PasswordLoginOutcome> {
    const { candidate, matches, deviceId, failuresBefore, ownFailuresBefore } = attempt;
    if (!matches || candidate === null) return this.refusals.refusePassword(attempt, context);
    if (!(await this.completion.isAdmissible(candidate))) return this.refusals.refuseInactive(candidate, context);
    await this.upgradeHash(candidate, password, context);
    const login: PendingLogin = {
      owner: { memberId: candidate.id, passwordVersion: candidate.passwordVersion, firstFactor: 'password' },
      device: { ...device, knownDeviceId: deviceId },
      passwordFailures: failuresBefore,
      ownPasswordFailures: ownFailuresBefore,
    };
    return (await this.proceed(login, candidate, context)) ?? this.refusals.refuseRisky(candidate, login, context);
  }

  /**
   * Asks for the second factor, or completes the login where none is enrolled.
   * @returns null where the risk is too high
   */
  private async proceed(
    login: PendingLogin,
    candidate: LoginCandidate,
    context: ClientContext,
  ): Promise<PasswordLoginOutcome | null> {
    return this.database.transaction<PasswordLoginOutcome | null>(async (tx) => {
      // Locked before the second factors are read. Enrolling one takes the same lock, so that no
      // login without it gets in after the enrolment was acknowledged (CC-06).
      await this.members.lock(tx, candidate.id);
      if (!(await this.secondFactor.determineRequired(tx, candidate.id, context)))
        return this.completion.complete(tx, login, candidate, context);
      if (!(await this.completion.allowsSecondFactor(tx, login, context))) return null;
      return { status: 'mfa_required', ...(await this.secondFactor.begin(tx, login)) };
    });
  }

  /** Hashes the password again where its hash is weaker than today's settings. */
  private async upgradeHash(
    { id, passwordHash, passwordVersion }: LoginCandidate,
    password: string,
    context: ClientContext,
  ): Promise<void> {
    if (!this.passwords.needsRehash(passwordHash)) return;
    await this.members.upgradeHash(
      id,
      passwordVersion,
      await this.passwords.rehash(password, { owner: hashOwner(context, id) }),
    );
  }
}
