import { Injectable } from '@nestjs/common';
import type { ProviderAccount } from '../../platform/federation/identity-provider.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { KnownDevicesService, type DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import { SessionOpeningService } from '../../sessions/session-opening.service.js';
import { IdentitiesRepository } from '../../users/identities/identities.repository.js';
import { MembersRepository } from '../../users/members.repository.js';
import { FirstFactorService, type FirstFactorOutcome } from '../login/first-factor.service.js';
import { LoginCompletionService, type PendingLogin } from '../login/login-completion.service.js';
import { LoginRefusalsService } from '../login/login-refusals.service.js';

/** Logs a member in whose provider vouched for them. */
@Injectable()
export class SocialLoginService {
  constructor(
    private readonly openings: SessionOpeningService,
    private readonly identities: IdentitiesRepository,
    private readonly members: MembersRepository,
    private readonly devices: KnownDevicesService,
    private readonly firstFactor: FirstFactorService,
    private readonly completion: LoginCompletionService,
    private readonly refusals: LoginRefusalsService,
  ) {}

  /**
   * Logs in as any first factor does: risk, second factor, a password to change and the account's
   * status count. The provider's word replaces the password and nothing else.
   * @returns null where no member is linked to the account
   * @throws DomainError `invalid_credentials`
   */
  async login(
    account: ProviderAccount,
    device: DeviceInfo,
    context: ClientContext,
  ): Promise<FirstFactorOutcome | null> {
    const memberId = await this.identities.findOwner(account);
    if (memberId === null) return null;
    const candidate = await this.members.getCandidate(memberId);
    if (!(await this.completion.isAdmissible(candidate))) return this.refusals.refuseInactive(candidate, context);
    const login: PendingLogin = {
      owner: { memberId, passwordVersion: candidate.passwordVersion, firstFactor: 'federated' },
      device: { ...device, knownDeviceId: await this.devices.findId(memberId, device.deviceToken) },
      passwordFailures: 0,
      ownPasswordFailures: 0,
    };
    const outcome = await this.openings.run(async (opening) => {
      const { tx } = opening;
      await this.members.lock(tx, memberId);
      // Read again under the lock, which unlinking takes too: an identity that was unlinked a moment
      // ago opens nothing (CC-09).
      if ((await this.identities.findMemberId(tx, account)) !== memberId)
        throw new DomainError('invalid_credentials', { detail: 'unlinked during the login' });
      return this.firstFactor.proceed(opening, login, candidate, context);
    });
    return outcome ?? this.refusals.refuseRisky(candidate, login, context);
  }
}
