import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import type { SecurityEvent } from '../security/audit-log/security-event.entity.js';
import { SecurityEventsRepository, type EventFilter } from '../security/audit-log/security-events.repository.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { PageCursors, type Page } from './page-cursors.js';
import { ViewAuditService } from './view-audit.service.js';

/** Administrators read the audit. */
@Injectable()
export class EventDirectoryService {
  constructor(
    private readonly events: SecurityEventsRepository,
    private readonly cursors: PageCursors,
    private readonly views: ViewAuditService,
  ) {}

  /** One member's events are that member's data: the audit says who read them. @throws DomainError `validation_failed` for a cursor that is none of ours */
  async list(
    admin: Principal,
    filter: EventFilter,
    limit: number,
    cursor: string | undefined,
    context: ClientContext,
  ): Promise<Page<SecurityEvent>> {
    const { memberId, type, from, to } = filter;
    // By reader: a page that somebody else began is no look of theirs that the audit knows of.
    const list = { name: 'security-events', filter: { memberId, type, from, to }, reader: admin.memberId } as const;
    const after = this.cursors.read(list, cursor);
    const page = this.cursors.page(list, await this.events.list(filter, limit + 1, after), limit);
    // Further pages are the same look.
    if (filter.memberId !== undefined && after === null && page.items.length > 0)
      await this.views.record(admin, filter.memberId, 'events', context);
    return page;
  }
}
