import { Injectable } from '@nestjs/common';
import { digest } from '../../platform/crypto/digest.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { PendingSignUpsService } from './pending-sign-ups.service.js';
import { SignUpPolicy } from './sign-up-policy.js';
import { SignUpsRepository } from './sign-ups.repository.js';

/** Mails the code and link of a sign-up again. */
@Injectable()
export class SignUpMailsService {
  constructor(
    private readonly database: Database,
    private readonly ipLimits: IpLimitsService,
    private readonly mailBudget: MailBudgetService,
    private readonly signUps: SignUpsRepository,
    private readonly pendingSignUps: PendingSignUpsService,
    private readonly policy: SignUpPolicy,
  ) {}

  /**
   * Mails a new code and link. Within the cooldown no mail is sent, and the earlier code and link
   * stay valid.
   * @returns whole seconds until another mail can be requested
   * @throws DomainError `sign_up_invalid`, `already_confirmed`, `sign_up_closed`, `too_many_requests`
   */
  async resend(signUpId: string, context: ClientContext): Promise<number> {
    await this.ipLimits.takeRequest(context);
    const signUp = await this.signUps.getPending(digest(signUpId));
    // Where the policy refuses the address, it would refuse the confirmation too. Imported accounts are exempt.
    if (signUp.importedClaimId === null) this.policy.check(signUp.emailKey);
    const { mayMail, mayNotify, resendAfter } = await this.mailBudget.takeForSignUp(signUp.emailKey);
    if (!mayMail) return resendAfter;
    await this.database.transaction(async (tx) => {
      const current = await this.signUps.lock(tx, signUp);
      if (current === null) throw new DomainError('sign_up_invalid', { detail: 'deleted a moment ago' });
      if (current.confirmedAt !== null) throw new DomainError('already_confirmed');
      await this.pendingSignUps.mailChallenge(tx, current, { mayMail, mayNotify }, context);
    });
    return resendAfter;
  }
}
