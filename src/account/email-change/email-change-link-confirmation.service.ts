import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { MemberAdministrationRepository } from '../../users/member-administration.repository.js';
import { MembersRepository } from '../../users/members.repository.js';
import { ChallengeLinksService } from '../../verification/challenge-links.service.js';
import { EmailReplacementService } from './email-replacement.service.js';

/** Confirms a new address by the link that was mailed to it. */
@Injectable()
export class EmailChangeLinkConfirmationService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly administration: MemberAdministrationRepository,
    private readonly challengeLinks: ChallengeLinksService,
    private readonly replacement: EmailReplacementService,
    private readonly mailBudget: MailBudgetService,
  ) {}

  /**
   * Needs no login: the link proves the new mailbox. The request for the change needed a recent
   * login, or came from an administrator or the operator. An administrator who began it must still
   * be one (AC-24).
   * @throws DomainError `link_invalid`, `link_expired`, `email_taken`
   */
  async confirm(linkToken: string, context: ClientContext): Promise<void> {
    const challenge = await this.challengeLinks.get('email-change', linkToken);
    const memberId = challenge.memberId!;
    const { startedBy } = challenge;
    await this.database.transaction(async (tx) => {
      // Locks the administrator too, so that a demotion comes either before this check or after the
      // commit (CC-09).
      await this.members.lockAll(tx, startedBy === null ? [memberId] : [memberId, startedBy]);
      if (startedBy !== null && !(await this.administration.isActiveAdmin(tx, startedBy)))
        throw new DomainError('link_invalid', { detail: 'begun by a former administrator' });
      const member = await this.members.find(tx, memberId);
      if (!member) throw new DomainError('link_invalid', { detail: 'the member was erased a moment ago' });
      await this.replacement.replace(tx, member, challenge, 'link', context);
    });
    await this.mailBudget.refundClaim(challenge.emailKey);
  }
}
