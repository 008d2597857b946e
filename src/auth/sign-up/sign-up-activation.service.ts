import { Injectable } from '@nestjs/common';
import type { DocumentVersion } from '../../platform/consents/consent-documents.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { isReservedLoginId } from '../../users/login-id.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { SessionOpeningService } from '../../sessions/session-opening.service.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import type { DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import type { ChallengeMethod } from '../../verification/email-challenge.entity.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';
import { ClaimedIdentities } from './claimed-identities.js';
import { NewMembersService } from './new-members.service.js';
import type { SignUp } from './sign-up.entity.js';
import { SignUpPolicy } from './sign-up-policy.js';
import { isVoid, SignUpsRepository } from './sign-ups.repository.js';

/** The device to sign in, another login ID if that of the sign-up was taken, and consents. */
export type Confirmation = DeviceInfo & {
  readonly loginId?: string;
  /** Besides those of the sign-up. */
  readonly consents?: readonly DocumentVersion[];
};

/** The challenge that proved the mailbox: by its code or by its link. */
export interface AnsweredChallenge {
  readonly id: string;
  readonly method: ChallengeMethod;
}

/** Turns a sign-up whose mailbox is proven into a member, and signs the device in. */
@Injectable()
export class SignUpActivationService {
  constructor(
    private readonly openings: SessionOpeningService,
    private readonly signUps: SignUpsRepository,
    private readonly challenges: EmailChallengesService,
    private readonly claimedIdentities: ClaimedIdentities,
    private readonly newMembers: NewMembersService,
    private readonly mailBudget: MailBudgetService,
    private readonly policy: SignUpPolicy,
  ) {}

  /**
   * All or nothing: after `login_id_taken` the challenge is still valid for another attempt.
   * @param checked as it was read when the code, the `signUpId` or the password was compared with it
   * @throws DomainError `code_invalid` or `link_invalid`, `validation_failed`, `login_id_taken`,
   * `email_taken`, `identity_taken`, `sign_up_closed`, `consent_required`, `refused_by_product`
   */
  async activate(
    checked: SignUp,
    { id: challengeId, method }: AnsweredChallenge,
    confirmation: Confirmation,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    const tokens = await this.openings.run(async (opening) => {
      const { tx } = opening;
      // A new sign-up on this address, or a second confirmation of this one or of a rival, waits here. A
      // confirmation is then refused.
      await this.challenges.lockAddress(tx, checked.emailKey, 'sign-up');
      const signUp = await this.signUps.lock(tx, checked);
      if (signUp === null || !isUnchanged(signUp, checked))
        throw new DomainError(method === 'code' ? 'code_invalid' : 'link_invalid', {
          detail: 'replaced a moment ago, or a sign-up on this address was confirmed before',
        });
      // Closing sign-up ends pending sign-ups, too. An imported account is no sign-up.
      if (signUp.importedClaimId === null) this.policy.check(signUp.emailKey);
      const loginId = confirmation.loginId ?? signUp.loginId;
      if (isReservedLoginId(loginId))
        throw new DomainError('validation_failed', { fields: [{ field: 'loginId', code: 'login_id_reserved' }] });
      const account = this.claimedIdentities.decrypt(signUp);
      await this.challenges.spend(tx, challengeId, method, null);
      await this.signUps.markConfirmed(tx, signUp.id);
      const proof = { by: method, signUpRowId: signUp.id };
      const kept = await this.signUps.takeImported(tx, signUp);
      const ofMember = { ...opening, newMemberId: signUp.importedClaimId ?? opening.newMemberId };
      const { loginId: chosen } = confirmation;
      const loginIdGenerated = kept?.loginIdGenerated === true && chosen === undefined;
      const member = {
        ...signUp,
        joinedAt: kept?.joinedAt ?? null,
        loginId,
        loginIdGenerated,
        sentConsents: confirmation.consents,
      };
      return this.newMembers.create(ofMember, member, account, proof, confirmation, context);
    });
    await this.mailBudget.refundClaim(checked.emailKey);
    return tokens;
  }
}

/**
 * Whether the sign-up can still be confirmed by what was compared before it was locked. Another
 * login ID or password replaces its `signUpId`, and the client already holds the answer that they
 * count (ADR 0025). The same sign-up again keeps both, so a double click does not refuse the code.
 */
function isUnchanged(signUp: SignUp, checked: SignUp): boolean {
  if (signUp.confirmedAt !== null || isVoid(signUp)) return false;
  return signUp.passwordHash === checked.passwordHash && signUp.signUpIdDigest.equals(checked.signUpIdDigest);
}
