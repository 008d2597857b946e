import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import { SessionOpeningService } from '../../sessions/session-opening.service.js';
import { UnprovenLoginService, type UnprovenLogin } from './unproven-login.service.js';
import { FirstFactorService, type FirstFactorOutcome } from './first-factor.service.js';
import { HashUpgradeService } from './hash-upgrade.service.js';
import { LoginCompletionService, type PendingLogin } from './login-completion.service.js';
import { LoginRefusalsService } from './login-refusals.service.js';
import type { LoginCredentials } from './login-credentials.js';
import { PasswordAttemptsService, type PasswordAttempt } from './password-attempts.service.js';

/** What follows a right password: as for any first factor, or the proof of an imported address. */
export type PasswordLoginOutcome = FirstFactorOutcome | UnprovenLogin;

/** Logs a member in by login ID or address and password. */
@Injectable()
export class PasswordLoginService {
  constructor(
    private readonly openings: SessionOpeningService,
    private readonly passwordAttempts: PasswordAttemptsService,
    private readonly firstFactor: FirstFactorService,
    private readonly completion: LoginCompletionService,
    private readonly refusals: LoginRefusalsService,
    private readonly hashUpgrade: HashUpgradeService,
    private readonly unprovenLogin: UnprovenLoginService,
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
    const { counted } = attempt;
    try {
      const outcome = await this.decide(attempt, credentials.password, device, context);
      await counted.decide(attempt.matches);
      await this.passwordAttempts.clearOwnFailures(attempt, context);
      return outcome;
    } catch (error) {
      // Before the wait, which hides this commit (EN-05). A refused password counts as a wrong one,
      // also where the account changed during the login (BF-01). One that something else prevented
      // leaves the failures as they were: the risk of the next login depends on them.
      if (attempt.matches && !isRefusal(error)) await counted.refund();
      else await counted.decide(false);
      await attempt.untilRefusal();
      throw error;
    } finally {
      // After the wait: otherwise the next attempt, which an attacker sent at the same time, would
      // begin sooner after a wrong password than after a right one that is refused (EN-05).
      counted.release();
    }
  }

  private async decide(
    attempt: PasswordAttempt,
    password: string,
    device: DeviceInfo,
    context: ClientContext,
  ): Promise<PasswordLoginOutcome> {
    const { candidate, matches, deviceId, failuresBefore, ownFailuresBefore, counted } = attempt;
    if (!matches || candidate === null) return this.refusals.refusePassword(attempt, context);
    if (candidate.status === 'unproven') return this.unprovenLogin.begin(candidate.id, password, context);
    if (!(await this.completion.isAdmissible(candidate)))
      return this.refusals.refuseInactive(candidate, context, attempt);
    const login: PendingLogin = {
      owner: { memberId: candidate.id, passwordVersion: candidate.passwordVersion, firstFactor: 'password' },
      device: { ...device, knownDeviceId: deviceId },
      passwordFailures: failuresBefore,
      ownPasswordFailures: ownFailuresBefore,
    };
    const outcome = await this.openings
      .run(
        async (opening) => {
          const proceeded = await this.firstFactor.proceed(opening, login, candidate, context);
          // Only once the risk has let it through: a parallel attempt must see the failures too.
          if (proceeded !== null) await counted.finishWithin(opening.tx);
          return proceeded;
        },
        // Further logins on this device wait until then, and must not wait for the token hook.
        async () => counted.finish(true),
      )
      .catch(async (error: unknown) => {
        // The account changed while the hook was asked, after its failures had been cleared.
        if (isRefusal(error) && counted.isDecided) await this.refusals.countRefused(candidate, login, context);
        throw error;
      });
    if (outcome === null) return this.refusals.refuseRisky(candidate, login, context, attempt);
    await this.hashUpgrade.upgrade(candidate, password, context);
    return outcome;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'invalid_credentials';
}
