import { Injectable } from '@nestjs/common';
import { idOf, type Principal } from '../platform/http/principal.js';
import type { SecurityEvent } from '../security/audit-log/security-event.entity.js';
import { SecurityEventsRepository, type EventFilter } from '../security/audit-log/security-events.repository.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { PageCursors, type Page } from '../platform/http/page-cursors.js';
import { ViewAuditService } from '../mfa/administrators/view-audit.service.js';

/** Lists the audit log for administrators. */
@Injectable()
export class EventDirectoryService {
  constructor(
    private readonly events: SecurityEventsRepository,
    private readonly cursors: PageCursors,
    private readonly views: ViewAuditService,
  ) {}

  /**
   * Lists events, newest first. Events of one member are personal data, so the audit log records
   * which administrator read them. The record is written with the first page; further pages belong
   * to the same view.
   *
   * @throws DomainError `validation_failed` for an invalid cursor
   */
  async list(
    admin: Principal,
    filter: EventFilter,
    limit: number,
    cursor: string | undefined,
    context: ClientContext,
  ): Promise<Page<SecurityEvent>> {
    const { memberId, type, from, to } = filter;
    // A cursor is bound to its reader: with another reader's cursor, an administrator could
    // read further pages without the first one, and thus without a record in the audit log.
    const list = { name: 'security-events', filter: { memberId, type, from, to }, reader: idOf(admin) } as const;
    const position = this.cursors.decode(list, cursor);
    const page = this.cursors.paginate(list, await this.events.list(filter, limit + 1, position), limit);
    if (memberId !== undefined && position === null && page.items.length > 0)
      await this.views.record(admin, memberId, 'events', context);
    return page;
  }
}
