import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { LoginIdChoicesService } from '../../security/rate-limits/login-id-choices.service.js';
import { isReservedLoginId } from '../../users/login-id.js';
import { LoginIdsRepository } from '../../users/login-ids.repository.js';

/**
 * Lets members choose a login ID in place of one that an import made. Once: a login ID that others
 * know must not pass to another person.
 */
@Injectable()
export class LoginIdChoiceService {
  constructor(
    private readonly database: Database,
    private readonly choices: LoginIdChoicesService,
    private readonly loginIds: LoginIdsRepository,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Counts the choice, before the transaction. Does nothing if the member has this login ID already.
   * @throws DomainError `validation_failed`, `too_many_attempts`, `too_many_requests`
   */
  async countChoice(memberId: string, loginId: string, context: ClientContext): Promise<void> {
    if (await this.loginIds.isHeldBy(this.database, memberId, loginId)) return;
    if (isReservedLoginId(loginId)) throw refusal('login_id_reserved');
    await this.choices.takeWithRequest(memberId, context);
  }

  /**
   * Stores the choice. Does nothing if the member has this login ID already.
   * @throws DomainError `validation_failed`, `login_id_taken`
   */
  async choose(
    tx: Tx,
    { memberId, sessionId }: MemberPrincipal,
    loginId: string,
    context: ClientContext,
  ): Promise<void> {
    if (!(await this.loginIds.replaceGenerated(tx, memberId, loginId))) {
      // A client whose response was lost sends the request again.
      if (await this.loginIds.isHeldBy(tx, memberId, loginId)) return;
      throw refusal('login_id_chosen');
    }
    await this.auditLog.record(tx, 'login-id.chosen', { memberId, sessionId, context }, {});
  }
}

function refusal(code: 'login_id_reserved' | 'login_id_chosen'): DomainError {
  return new DomainError('validation_failed', { fields: [{ field: 'loginId', code }] });
}
