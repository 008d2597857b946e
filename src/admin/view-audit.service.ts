import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import { SecurityEventsService } from '../security/audit-log/security-events.service.js';
import type { Caller } from '../platform/http/client-context.js';
import { Database } from '../platform/database/database.js';
import { actingAs } from './acting-as.js';

/**
 * Notes that an administrator has looked at one member: whoever may see everybody's data answers for it like for a change, and
 * a member may ask when it was looked at (GDPR article 15; Korea's rules for personal data want such a record). Whom somebody
 * looked for shows in what they opened, so lists of many members are not noted and stay as fast as they are.
 */
@Injectable()
export class ViewAuditService {
  constructor(
    private readonly database: Database,
    private readonly events: SecurityEventsService,
  ) {}

  /** Before the answer goes out: what cannot be noted is not shown. */
  async record(admin: Principal, memberId: string, what: 'details' | 'events', caller: Caller): Promise<void> {
    await this.events.record(this.database, 'member.viewed', { memberId, caller: actingAs(admin, caller) }, { what });
  }
}
