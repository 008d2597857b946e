import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { LoginChallengesService } from '../../mfa/challenges/login-challenges.service.js';
import {
  PasskeyAuthenticationService,
  type RequestOptions,
} from '../../mfa/passkeys/passkey-authentication.service.js';
import { Database } from '../../platform/database/database.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';

/** Issues the WebAuthn options with which a browser asks its user for a passkey. */
@Injectable()
export class PasskeyOptionsService {
  constructor(
    private readonly database: Database,
    private readonly passkeys: PasskeyAuthenticationService,
    private readonly challenges: LoginChallengesService,
    private readonly ipLimits: IpLimitsService,
  ) {}

  /**
   * Issues options for a login with a passkey alone. They name no account, so that they do not show
   * which accounts exist.
   * @throws DomainError `too_many_requests`
   */
  async forLogin(context: ClientContext): Promise<RequestOptions> {
    await this.ipLimits.takePasskeyRequest(context);
    return this.passkeys.beginLogin();
  }

  /**
   * Issues options for the second step of a login in progress.
   * @throws DomainError `token_invalid`, `token_expired`, `passkey_invalid`, `too_many_requests`
   */
  async forSecondFactor(mfaToken: string, context: ClientContext): Promise<RequestOptions> {
    await this.ipLimits.takePasskeyRequest(context);
    const { memberId } = await this.challenges.get(mfaToken);
    return this.passkeys.beginSecondFactor(this.database, memberId);
  }
}
