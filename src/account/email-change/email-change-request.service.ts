import { Injectable } from '@nestjs/common';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import type { CodeRequest } from '../../verification/code-requests.service.js';
import { EmailChangeMailsService } from './email-change-mails.service.js';

/** Takes requests to change the address. The change takes effect when the new mailbox is proven. */
@Injectable()
export class EmailChangeRequestService {
  constructor(
    private readonly database: Database,
    private readonly reauthentication: ReauthenticationService,
    private readonly ipLimits: IpLimitsService,
    private readonly mailBudget: MailBudgetService,
    private readonly mails: EmailChangeMailsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Mails a code and a link to the new address. If another member has the address, the response is
   * the same and nothing is mailed.
   * @throws DomainError `invalid_credentials`, `too_many_requests`
   */
  async request(
    principal: MemberPrincipal,
    newEmail: string,
    password: string | undefined,
    context: ClientContext,
  ): Promise<CodeRequest> {
    const { memberId, sessionId } = principal;
    await this.ipLimits.takeRequest(context);
    const confirmed = await this.reauthentication.confirmMember(principal, password, context);
    const { address: newAddress, key: emailKey } = parseEmailAddress(newEmail)!;
    const { mayMail, resendAfter } = await this.mailBudget.takeForClaim(emailKey);
    return this.database.transaction(async (tx) => {
      await this.reauthentication.asConfirmedMember(tx, principal, confirmed);
      await this.auditLog.record(tx, 'email.change_requested', { memberId, sessionId, context }, {});
      const address = { email: newAddress, emailKey };
      const requestId = await this.mails.requestProof(tx, memberId, address, mayMail, context);
      return { requestId, resendAfter };
    });
  }
}
