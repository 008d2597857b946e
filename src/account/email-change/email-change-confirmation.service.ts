import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { Principal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { ChallengeCodesService } from '../../verification/challenge-codes.service.js';
import { ChallengeLinksService } from '../../verification/challenge-links.service.js';
import type { ChallengeMethod } from '../../verification/email-challenge.entity.js';
import { EmailReplacementService, type ProvenAddress } from './email-replacement.service.js';

/** Confirms a new address by the code or the link that was mailed to it. */
@Injectable()
export class EmailChangeConfirmationService {
  constructor(
    private readonly challengeCodes: ChallengeCodesService,
    private readonly challengeLinks: ChallengeLinksService,
    private readonly replacement: EmailReplacementService,
    private readonly mailBudget: MailBudgetService,
  ) {}

  /** @throws DomainError `code_invalid`, `too_many_attempts`, `email_taken` */
  async confirmCode({ memberId }: Principal, requestId: string, code: string, context: ClientContext): Promise<void> {
    const challenge = await this.challengeCodes.guess('email-change', requestId, code);
    if (challenge.memberId !== memberId) throw new DomainError('code_invalid', { detail: 'request of another member' });
    await this.replace(challenge, 'code', context);
  }

  /**
   * Needs no login: the link proves the new mailbox, and the member gave the password when
   * requesting the change.
   * @throws DomainError `link_invalid`, `link_expired`, `email_taken`
   */
  async confirmLink(linkToken: string, context: ClientContext): Promise<void> {
    const challenge = await this.challengeLinks.get('email-change', linkToken);
    await this.replace(challenge, 'link', context);
  }

  private async replace(challenge: ProvenAddress, method: ChallengeMethod, context: ClientContext): Promise<void> {
    await this.replacement.replace(challenge, method, context);
    await this.mailBudget.refundClaim(challenge.emailKey);
  }
}
