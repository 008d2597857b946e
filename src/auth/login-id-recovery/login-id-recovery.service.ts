import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import { Database } from '../../platform/database/database.js';
import { recipientOf } from '../../mail/mail-recipient.js';
import { MailService } from '../../mail/mail.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { requestOrigin } from '../../verification/challenge-mail.js';
import { ChallengeCodesService } from '../../verification/challenge-codes.service.js';
import { ResetTokens } from '../password-reset/reset-tokens.js';

export interface RecoveredLoginId {
  readonly maskedLoginId: string;
  /** Year and month. */
  readonly memberSince: string;
  readonly resetToken: string;
}

/**
 * Shows the masked login ID to a member who entered the mailed code, and mails it in full on
 * request.
 */
@Injectable()
export class LoginIdRecoveryService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly challengeCodes: ChallengeCodesService,
    private readonly resetTokens: ResetTokens,
    private readonly mailBudget: MailBudgetService,
    private readonly mail: MailService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Uses up the code. The returned reset token sets a new password without another mail.
   * @throws DomainError `code_invalid`, `too_many_attempts`
   */
  async confirmCode(
    requestId: string,
    code: string,
    mailFullId: boolean,
    context: ClientContext,
  ): Promise<RecoveredLoginId> {
    const challenge = await this.challengeCodes.guess('find-login-id', requestId, code);
    const memberId = challenge.memberId!;
    const recovered = await this.database.transaction(async (tx) => {
      const { resetToken } = await this.resetTokens.exchange(tx, memberId, challenge.id, 'code');
      const member = await this.members.get(tx, memberId);
      const memberSince = member.createdAt.toISOString().slice(0, 7);
      if (mailFullId) {
        const data = { loginId: member.loginId, memberSince, ...requestOrigin(context) };
        await this.mail.queue(tx, 'login-id', recipientOf(member), data);
      }
      await this.auditLog.record(tx, 'login-id.revealed', { memberId, context }, { mailedInFull: mailFullId });
      return { maskedLoginId: maskLoginId(member.loginId), memberSince, resetToken };
    });
    const { emailKey } = challenge;
    await this.mailBudget.creditRecovery({ emailKey, purpose: 'find-login-id', namedLoginId: null });
    return recovered;
  }
}
