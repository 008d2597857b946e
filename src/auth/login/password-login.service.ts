import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { hashOwner } from '../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import type { DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import { SessionOpeningService } from '../../sessions/session-opening.service.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';
import { FirstFactorService, type FirstFactorOutcome } from './first-factor.service.js';
import { LoginCompletionService, type PendingLogin } from './login-completion.service.js';
import { LoginRefusalsService } from './login-refusals.service.js';
import type { LoginCredentials } from './login-credentials.js';
import { PasswordAttemptsService, type PasswordAttempt } from './password-attempts.service.js';

/** Logs a member in by login ID or address and password. */
@Injectable()
export class PasswordLoginService {
  constructor(
    private readonly openings: SessionOpeningService,
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
    private readonly passwordAttempts: PasswordAttemptsService,
    private readonly firstFactor: FirstFactorService,
    private readonly completion: LoginCompletionService,
    private readonly refusals: LoginRefusalsService,
  ) {}

  /**
   * An unknown identifier, a wrong password, a disabled account, a wait and a high risk get the same
   * answer, after the same work (EN-05, EN-06).
   * @throws DomainError `invalid_credentials`, `too_many_requests`, `overloaded`
   */
  async login(credentials: LoginCredentials, device: DeviceInfo, context: ClientContext): Promise<FirstFactorOutcome> {
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
  ): Promise<FirstFactorOutcome> {
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
    const outcome = await this.openings.run(async (opening) =>
      this.firstFactor.proceed(opening, login, candidate, context),
    );
    return outcome ?? this.refusals.refuseRisky(candidate, login, context);
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
