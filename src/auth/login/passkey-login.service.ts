import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
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
    private readonly auditLog: AuditLogService,
  ) {}

  /** Needs no account and tells of none. @throws DomainError `too_many_requests` */
  async options(context: ClientContext): Promise<RequestOptions> {
    await this.ipLimits.takeRequest(context);
    return this.passkeys.loginOptions();
  }

  /** For the second step of a login under way. @throws DomainError `token_invalid`, `token_expired`, `passkey_invalid`, `too_many_requests` */
  async secondFactorOptions(mfaToken: string, context: ClientContext): Promise<RequestOptions> {
    await this.ipLimits.takeRequest(context);
    const { memberId } = await this.challenges.get(mfaToken);
    return this.passkeys.secondFactorOptions(memberId);
  }

  /**
   * A passkey that checked its owner is both factors at once: something they have, and something they know or are.
   * @throws DomainError `passkey_invalid`, `invalid_credentials`, `too_many_requests`
   */
  async login(assertion: Assertion, device: DeviceInfo, context: ClientContext): Promise<CompletedLogin> {
    await this.ipLimits.checkLoginAllowed(context);
    return this.logins.admitByPasskey(await this.prove(assertion, context), device, context);
  }

  private async prove(assertion: Assertion, context: ClientContext): Promise<ProvenPasskey> {
    try {
      return await this.passkeys.verifyLogin(assertion, context);
    } catch (error) {
      if (error instanceof DomainError) {
        await this.ipLimits.countFailure(context);
        await this.auditLog.record(this.database, 'login.failed', { context }, { reason: 'passkey' });
      }
      throw error;
    }
  }
}
