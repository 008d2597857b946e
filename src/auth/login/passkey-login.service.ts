import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { Assertion } from '../../mfa/passkeys/passkey-credential.js';
import {
  PasskeyAuthenticationService,
  type MatchedPasskey,
} from '../../mfa/passkeys/passkey-authentication.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { KnownDevicesService, type DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import { SessionOpeningService } from '../../sessions/session-opening.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { LoginCompletionService, type CompletedLogin, type PendingLogin } from './login-completion.service.js';
import { LoginRefusalsService } from './login-refusals.service.js';

/** Logs a member in with a passkey alone. */
@Injectable()
export class PasskeyLoginService {
  constructor(
    private readonly openings: SessionOpeningService,
    private readonly members: MembersRepository,
    private readonly devices: KnownDevicesService,
    private readonly passkeys: PasskeyAuthenticationService,
    private readonly ipLimits: IpLimitsService,
    private readonly completion: LoginCompletionService,
    private readonly refusals: LoginRefusalsService,
  ) {}

  /**
   * Logs in. A passkey that verified its user counts as both factors: something the member has, and
   * something they know or are. A right passkey is accepted even when others behind the same client
   * address have failed too often, because a signature cannot be guessed (ADR 0024).
   * @throws DomainError `passkey_invalid`, `invalid_credentials`, `too_many_requests`
   */
  async login(assertion: Assertion, device: DeviceInfo, context: ClientContext): Promise<CompletedLogin> {
    const passkey = await this.verify(assertion, context);
    const { memberId } = passkey;
    const candidate = await this.members.getCandidate(memberId);
    if (!(await this.completion.isAdmissible(candidate))) return this.refusals.refuseInactive(candidate, context);
    const login: PendingLogin = {
      owner: { memberId, passwordVersion: candidate.passwordVersion, firstFactor: 'passkey', provenFactor: 'passkey' },
      device: { ...device, knownDeviceId: await this.devices.findId(memberId, device.deviceToken) },
      passwordFailures: 0,
      ownPasswordFailures: 0,
    };
    const outcome = await this.openings.run(async (opening) => {
      const { tx } = opening;
      await this.members.lock(tx, memberId);
      // Throws `passkey_invalid` where the passkey was removed after it was verified.
      await this.passkeys.spend(tx, passkey);
      return this.completion.complete(opening, login, candidate, context);
    });
    return outcome ?? this.refusals.refuseRisky(candidate, login, context);
  }

  private async verify(assertion: Assertion, context: ClientContext): Promise<MatchedPasskey> {
    try {
      return await this.passkeys.finishLogin(assertion, context);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // Over the limit, wrong passkeys write no further rows.
      await this.ipLimits.checkLoginAllowed(context);
      await this.refusals.recordFailure(null, 'passkey', context);
      throw error;
    }
  }
}
