import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { LoginThrottleService } from '../security/rate-limits/login-throttle.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { WaysInService, type WaysIn } from '../mfa/ways-in.service.js';
import {
  MemberSearchRepository,
  type MemberDetailsRow,
  type MemberFilter,
  type MemberRow,
} from '../users/member-search.repository.js';
import { PageCursors, type Page } from '../platform/http/page-cursors.js';
import { ViewAuditService } from '../mfa/administrators/view-audit.service.js';

/** A member in detail, as administrators see it. */
export interface MemberDetails extends MemberDetailsRow, WaysIn {
  readonly sessionCount: number;
  /** Whether logins have to wait after too many failures. */
  readonly isWaiting: boolean;
}

/** Lists members and shows one in detail. */
@Injectable()
export class MemberDirectoryService {
  constructor(
    private readonly database: Database,
    private readonly search: MemberSearchRepository,
    private readonly sessions: SessionsService,
    private readonly waysIn: WaysInService,
    private readonly throttle: LoginThrottleService,
    private readonly cursors: PageCursors,
    private readonly views: ViewAuditService,
  ) {}

  /**
   * Lists members, newest first, and records each page in the audit log.
   * @throws DomainError `validation_failed` for an invalid cursor
   */
  async list(
    admin: Principal,
    filter: MemberFilter,
    limit: number,
    cursor: string | undefined,
    context: ClientContext,
  ): Promise<Page<MemberRow>> {
    const { query, status, role } = filter;
    const list = { name: 'members', filter: { query, status, role } } as const;
    const position = this.cursors.decode(list, cursor);
    const page = this.cursors.paginate(list, await this.search.list(filter, limit + 1, position), limit);
    await this.views.recordList(admin, filter, page.items.length, context);
    return page;
  }

  /**
   * Returns one member in detail and records the view in the audit log.
   *
   * @throws DomainError `not_found`
   */
  async view(admin: Principal, id: string, context: ClientContext): Promise<MemberDetails> {
    const details = await this.get(id);
    await this.views.record(admin, id, 'details', context);
    return details;
  }

  /**
   * Returns a member after a change. Not recorded as a view, because the change has an audit row of its own.
   *
   * @throws DomainError `not_found`
   */
  async get(id: string): Promise<MemberDetails> {
    const member = await this.search.find(id);
    if (!member) throw new DomainError('not_found', { detail: 'no such member' });
    const [waysIn, sessions, { isWaiting }] = await Promise.all([
      this.waysIn.list(id),
      this.sessions.list(id),
      this.throttle.findFailures(this.database, id),
    ]);
    return { ...member, ...waysIn, sessionCount: sessions.length, isWaiting };
  }
}
