import { Injectable } from '@nestjs/common';
import { SecurityEventsService } from '../../security/audit-log/security-events.service.js';
import type { Caller } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { Assertion } from '../../mfa/passkeys/passkey-credential.js';
import { PasskeysService, type ProvenPasskey, type RequestOptions } from '../../mfa/passkeys/passkeys.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import type { DeviceInfo } from '../../sessions/sessions.service.js';
import { LoginChallengesService } from '../../mfa/challenges/login-challenges.service.js';
import { LoginService } from './login.service.js';
import type { CompletedLogin } from './sign-in.service.js';

/** Login with a passkey alone, and what a browser needs to ask for one. */
@Injectable()
export class PasskeyLoginService {
  constructor(
    private readonly database: Database,
    private readonly passkeys: PasskeysService,
    private readonly challenges: LoginChallengesService,
    private readonly logins: LoginService,
    private readonly ipLimits: IpLimitsService,
    private readonly events: SecurityEventsService,
  ) {}

  /** Needs no account and tells of none. @throws DomainError `too_many_requests` */
  async options(caller: Caller): Promise<RequestOptions> {
    await this.ipLimits.takeRequest(caller);
    return this.passkeys.loginOptions();
  }

  /** For the second step of a login under way. @throws DomainError `token_invalid`, `token_expired`, `passkey_invalid`, `too_many_requests` */
  async secondFactorOptions(mfaToken: string, caller: Caller): Promise<RequestOptions> {
    await this.ipLimits.takeRequest(caller);
    const { memberId } = await this.challenges.get(mfaToken);
    return this.passkeys.secondFactorOptions(memberId);
  }

  /**
   * A passkey that checked its owner is both factors at once: something they have, and something they know or are.
   * @throws DomainError `passkey_invalid`, `invalid_credentials`, `too_many_requests`
   */
  async login(assertion: Assertion, device: DeviceInfo, caller: Caller): Promise<CompletedLogin> {
    await this.ipLimits.checkLoginAllowed(caller);
    return this.logins.admitByPasskey(await this.prove(assertion, caller), device, caller);
  }

  private async prove(assertion: Assertion, caller: Caller): Promise<ProvenPasskey> {
    try {
      return await this.passkeys.verifyLogin(assertion, caller);
    } catch (error) {
      if (error instanceof DomainError) {
        await this.ipLimits.countFailure(caller);
        await this.events.record(this.database, 'login.failed', { caller }, { reason: 'passkey' });
      }
      throw error;
    }
  }
}
