import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import type { ViewedPart } from '../security/audit-log/security-events.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { Database } from '../platform/database/database.js';
import { adminContext } from './admin-context.js';
import { AdminWritesService } from './admin-writes.service.js';

/**
 * Records in the audit log that an administrator viewed one member. Viewing is recorded like a
 * change, because members may ask who has seen their data (GDPR article 15; Korea's rules for
 * personal data require such a record). A list of members is not recorded; each member that is
 * opened from it is.
 */
@Injectable()
export class ViewAuditService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Records one view. Await it before the response is sent, so that no data is shown if the record
   * fails or the administrator has lost the role.
   * @throws DomainError as {@link AdminWritesService.asAdministrator}
   */
  async record(admin: Principal, memberId: string, subject: ViewedPart, context: ClientContext): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin, { needsRecentLogin: false });
      const viewed = { memberId, context: adminContext(admin, context) };
      await this.auditLog.record(tx, 'member.viewed', viewed, { what: subject });
    });
  }
}
