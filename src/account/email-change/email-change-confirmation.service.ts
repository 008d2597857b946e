import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import { ChallengeCodesService } from '../../verification/challenge-codes.service.js';
import { EmailReplacementService } from './email-replacement.service.js';

/** Confirms a new address by the code that was mailed to it. */
@Injectable()
export class EmailChangeConfirmationService {
  constructor(
    private readonly database: Database,
    private readonly writes: MemberWritesService,
    private readonly challengeCodes: ChallengeCodesService,
    private readonly replacement: EmailReplacementService,
    private readonly mailBudget: MailBudgetService,
  ) {}

  /** @throws DomainError `code_invalid`, `too_many_attempts`, `email_taken`, `session_ended` */
  async confirmCode(
    principal: MemberPrincipal,
    requestId: string,
    code: string,
    context: ClientContext,
  ): Promise<void> {
    const challenge = await this.challengeCodes.guess('email-change', requestId, code);
    if (challenge.memberId !== principal.memberId)
      throw new DomainError('code_invalid', { detail: 'request of another member' });
    await this.database.transaction(async (tx) => {
      const { member } = await this.writes.asMember(tx, principal);
      await this.replacement.replace(tx, member, challenge, 'code', context);
    });
    await this.mailBudget.refundClaim(challenge.emailKey);
  }
}
