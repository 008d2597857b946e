import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ProviderAccount } from '../../platform/federation/identity-provider.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { LoginIdChoicesService } from '../../security/rate-limits/login-id-choices.service.js';
import type { DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import { SessionOpeningService } from '../../sessions/session-opening.service.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import { EmailChangesRepository } from '../../users/email-changes.repository.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';
import { NewMembersService, type MemberToCreate } from '../sign-up/new-members.service.js';
import { SignUpsRepository } from '../sign-up/sign-ups.repository.js';
import { PendingSocialSignUpsService } from './pending-social-sign-ups.service.js';

/** Makes members whose provider vouches for their mailbox. */
@Injectable()
export class VouchedSignUpService {
  constructor(
    private readonly openings: SessionOpeningService,
    private readonly loginIdChoices: LoginIdChoicesService,
    private readonly challenges: EmailChallengesService,
    private readonly signUps: SignUpsRepository,
    private readonly emailChanges: EmailChangesRepository,
    private readonly pendingSignUps: PendingSocialSignUpsService,
    private readonly newMembers: NewMembersService,
  ) {}

  /**
   * All or nothing: after `login_id_taken` the `signUpId` is still valid for another attempt.
   * @returns null where a member has the address, or can go back to it: the provider's word then
   * opens nothing, because a member is linked from a session of their own (SO-09)
   * @throws DomainError `sign_up_invalid`, `identity_taken`, `login_id_taken`, `too_many_attempts`,
   * `refused_by_product`
   */
  async signUp(
    member: Omit<MemberToCreate, 'passwordHash'>,
    account: ProviderAccount,
    signUpId: string,
    device: DeviceInfo,
    context: ClientContext,
  ): Promise<IssuedTokens | null> {
    // Counted for the account, not for the signUpId: each login there gives another one (BF-16).
    await this.loginIdChoices.take(`${account.provider} ${account.subject}`);
    return this.openings.run(async (opening) => {
      const { tx } = opening;
      const { emailKey } = member;
      // In the order of a mailed sign-up: the address, then the sign-ups on it.
      await this.challenges.lockAddress(tx, emailKey, 'sign-up');
      await this.signUps.lock(tx, { id: randomUUID(), emailKey });
      await this.pendingSignUps.checkUnlinked(tx, account);
      if (await this.emailChanges.findHolder(tx, emailKey)) return null;
      await this.pendingSignUps.spend(tx, signUpId);
      const proof = { by: 'provider', signUpRowId: null } as const;
      return this.newMembers.create(opening, { ...member, passwordHash: null }, account, proof, device, context);
    });
  }
}
