import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { CodeRequestsService, type CodeRequest } from '../../verification/code-requests.service.js';

/** Takes requests to recover a forgotten login ID: mails a code. */
@Injectable()
export class LoginIdRequestsService {
  constructor(
    private readonly config: AppConfig,
    private readonly codeRequests: CodeRequestsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * @returns the same for known and unknown addresses
   * @throws DomainError `too_many_requests`
   */
  async request(email: string, context: ClientContext): Promise<CodeRequest> {
    const { CODE_TTL_SECONDS } = this.config.env;
    return this.codeRequests.request(
      email,
      {
        purpose: 'find-login-id',
        template: 'find-login-id',
        linkTtlSeconds: CODE_TTL_SECONDS,
        namedLoginId: null,
        accepts: () => true,
        composeMail: (_member, { code }, origin) => ({
          code,
          codeMinutes: Math.ceil(CODE_TTL_SECONDS / 60),
          ...origin,
        }),
        record: (tx, memberId) => this.auditLog.record(tx, 'login-id.requested', { memberId, context }, {}),
      },
      context,
    );
  }
}
