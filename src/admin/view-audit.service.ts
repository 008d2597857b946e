import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { Database } from '../platform/database/database.js';
import { adminContext } from './admin-context.js';

/**
 * Notes that an administrator has looked at one member: whoever may see everybody's data answers for it like for a change, and
 * a member may ask when it was looked at (GDPR article 15; Korea's rules for personal data want such a record). Whom somebody
 * looked for shows in what they opened, so lists of many members are not noted and stay as fast as they are.
 */
@Injectable()
export class ViewAuditService {
  constructor(
    private readonly database: Database,
    private readonly auditLog: AuditLogService,
  ) {}

  /** Before the answer goes out: what cannot be noted is not shown. */
  async record(admin: Principal, memberId: string, what: 'details' | 'events', context: ClientContext): Promise<void> {
    await this.auditLog.record(
      this.database,
      'member.viewed',
      { memberId, context: adminContext(admin, context) },
      { what },
    );
  }
}
