import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { challengeMailData } from '../../verification/challenge-mail.js';
import { CodeRequestsService, type CodeRequest } from '../../verification/code-requests.service.js';

/** Takes requests to reset a forgotten password: mails a code and a link. */
@Injectable()
export class PasswordResetRequestsService {
  constructor(
    private readonly config: AppConfig,
    private readonly codeRequests: CodeRequestsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * @param loginId if present, a mail is sent only if the member with this address has this login ID
   * @returns the same for known and unknown addresses
   * @throws DomainError `too_many_requests`
   */
  async request(email: string, loginId: string | undefined, context: ClientContext): Promise<CodeRequest> {
    return this.codeRequests.request(
      email,
      {
        purpose: 'password-reset',
        template: 'password-reset',
        linkTtlSeconds: this.config.env.RESET_LINK_TTL_SECONDS,
        namedLoginId: loginId ?? null,
        accepts: (member) => loginId === undefined || member.loginId === loginId,
        composeMail: (member, challenge, origin) =>
          challengeMailData(this.config, member, challenge, this.config.resetLink(challenge.linkToken), origin),
        record: (tx, memberId) => this.auditLog.record(tx, 'password.reset_requested', { memberId, context }, {}),
      },
      context,
    );
  }
}
