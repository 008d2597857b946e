import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import { recipientOf } from '../../mail/mail-recipient.js';
import { MailService } from '../../mail/mail.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { requestOrigin } from '../../verification/challenge-mail.js';
import { VerificationService } from '../../verification/verification.service.js';
import { CodeRequestsService } from '../../verification/code-requests.service.js';
import { ResetTokens } from '../password-reset/reset-tokens.js';

export interface RecoveredLoginId {
  readonly maskedLoginId: string;
  /** Year and month. */
  readonly memberSince: string;
  readonly resetToken: string;
}

/** A forgotten login ID: ask, prove the mailbox by code, see it masked or have it mailed in full. */
@Injectable()
export class LoginIdRecoveryService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly requests: CodeRequestsService,
    private readonly verification: VerificationService,
    private readonly resetTokens: ResetTokens,
    private readonly mailBudget: MailBudgetService,
    private readonly mail: MailService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** @returns the handle that goes with the mailed code, for known and unknown addresses alike. @throws DomainError `too_many_requests` */
  async request(email: string, context: ClientContext): Promise<string> {
    const { env } = this.config;
    return this.requests.request(
      email,
      {
        purpose: 'find-login-id',
        template: 'find-login-id',
        linkTtlSeconds: env.CODE_TTL_SECONDS,
        namedLoginId: null,
        accepts: () => true,
        mailData: (_, proof, asked) => ({
          code: proof.code,
          codeMinutes: Math.ceil(env.CODE_TTL_SECONDS / 60),
          ...asked,
        }),
        record: (tx, memberId) => this.auditLog.record(tx, 'login-id.requested', { memberId, context }, {}),
      },
      context,
    );
  }

  /** Uses up the code; the reset token leads straight on to a new password. @throws DomainError `code_invalid`, `too_many_attempts` */
  async confirmCode(
    requestId: string,
    code: string,
    mailFullId: boolean,
    context: ClientContext,
  ): Promise<RecoveredLoginId> {
    const proof = await this.verification.checkCodeByHandle('find-login-id', requestId, code);
    const memberId = proof.memberId!;
    const found = await this.database.transaction(async (tx) => {
      const passwordVersion = await this.members.lockRecoverable(tx, memberId);
      await this.verification.spend(tx, proof.id, 'code');
      const member = await this.members.get(tx, memberId);
      const memberSince = member.createdAt.toISOString().slice(0, 7);
      if (mailFullId) {
        await this.mail.queue(tx, 'login-id', recipientOf(member), {
          loginId: member.loginId,
          memberSince,
          ...requestOrigin(context),
        });
      }
      await this.auditLog.record(tx, 'login-id.revealed', { memberId, context }, { mailedInFull: mailFullId });
      const { resetToken } = await this.resetTokens.issue(tx, memberId, passwordVersion);
      return { maskedLoginId: maskLoginId(member.loginId), memberSince, resetToken };
    });
    await this.mailBudget.refund(proof.emailKey, null);
    return found;
  }
}
