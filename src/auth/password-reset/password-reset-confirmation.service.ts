import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import { Database } from '../../platform/database/database.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { ChallengeCodesService } from '../../verification/challenge-codes.service.js';
import { ChallengeLinksService } from '../../verification/challenge-links.service.js';
import type { ChallengeMethod } from '../../verification/email-challenge.entity.js';
import type { GuessableChallenge } from '../../verification/email-challenges.repository.js';
import { ResetTokens, type IssuedResetToken } from './reset-tokens.js';

type AnsweredChallenge = Pick<GuessableChallenge, 'id' | 'emailKey' | 'memberId' | 'namedLoginId'>;

/** Exchanges the mailed code or link of a password reset for a reset token. */
@Injectable()
export class PasswordResetConfirmationService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly challengeCodes: ChallengeCodesService,
    private readonly challengeLinks: ChallengeLinksService,
    private readonly resetTokens: ResetTokens,
    private readonly mailBudget: MailBudgetService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** @throws DomainError `code_invalid`, `too_many_attempts` */
  async confirmCode(requestId: string, code: string, context: ClientContext): Promise<IssuedResetToken> {
    const challenge = await this.challengeCodes.guess('password-reset', requestId, code);
    return this.exchange(challenge, 'code', context);
  }

  /** @throws DomainError `link_invalid`, `link_expired` */
  async confirmLink(linkToken: string, context: ClientContext): Promise<IssuedResetToken & { maskedLoginId: string }> {
    const challenge = await this.challengeLinks.get('password-reset', linkToken);
    const token = await this.exchange(challenge, 'link', context);
    const { loginId } = await this.members.getCandidate(challenge.memberId!);
    return { ...token, maskedLoginId: maskLoginId(loginId) };
  }

  private async exchange(
    challenge: AnsweredChallenge,
    method: ChallengeMethod,
    context: ClientContext,
  ): Promise<IssuedResetToken> {
    const memberId = challenge.memberId!;
    const token = await this.database.transaction(async (tx) => {
      const issued = await this.resetTokens.exchange(tx, memberId, challenge.id, method);
      await this.auditLog.record(tx, 'password.reset_proven', { memberId, context }, { by: method });
      return issued;
    });
    const { emailKey, namedLoginId } = challenge;
    await this.mailBudget.creditRecovery({ emailKey, purpose: 'password-reset', namedLoginId });
    return token;
  }
}
