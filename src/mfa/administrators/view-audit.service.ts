import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MemberSearchRepository, type MemberFilter } from '../../users/member-search.repository.js';
import type { ViewedPart } from '../../security/audit-log/security-events.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { adminContext } from '../../platform/http/administration/admin-context.js';
import { AdminWritesService } from './admin-writes.service.js';

/**
 * Records in the audit log that an administrator viewed one member. Viewing is recorded like a
 * change, because members may ask who has seen their data (GDPR article 15; Korea's rules for
 * personal data require such a record). A list of members is one record.
 */
@Injectable()
export class ViewAuditService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly auditLog: AuditLogService,
    private readonly search: MemberSearchRepository,
  ) {}

  /**
   * As {@link record}, before a part of a member is read.
   * @throws DomainError `not_found`, and as {@link record}
   */
  async open(admin: Principal, memberId: string, part: ViewedPart, context: ClientContext): Promise<void> {
    if (!(await this.search.exists(memberId))) throw new DomainError('not_found', { detail: 'no such member' });
    await this.record(admin, memberId, part, context);
  }

  /**
   * Records that an administrator read a list: how many members, selected by what (AC-04).
   * @throws DomainError as {@link record}
   */
  async recordList(
    admin: Principal,
    { query, status, role }: MemberFilter,
    members: number,
    context: ClientContext,
  ): Promise<void> {
    // The row names no member, so an erasure would not find it. The query is shortened, so that no address is in it.
    const filter = {
      ...(query && { query: shorten(query) }),
      ...(status && { status }),
      ...(role && { role }),
    };
    await this.writeList(admin, members, filter, context);
  }

  /**
   * As {@link recordList}, for the list of invitations: it names people, also those who accepted.
   * @throws DomainError as {@link record}
   */
  async recordInvitations(admin: Principal, invitations: number, context: ClientContext): Promise<void> {
    await this.writeList(admin, invitations, { list: 'invitations' }, context);
  }

  /**
   * As {@link recordList}, for the look-up of a person who is no member: a sign-up or an import may
   * hold facts about them.
   * @param identifier login ID or address
   * @throws DomainError as {@link record}
   */
  async recordLookUp(admin: Principal, identifier: string, context: ClientContext): Promise<void> {
    await this.writeList(admin, 0, { list: 'login-diagnosis', query: shorten(identifier) }, context);
  }

  private async writeList(
    admin: Principal,
    members: number,
    filter: Record<string, string>,
    context: ClientContext,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin, { needsRecentLogin: false });
      // Without a reason, which could be about a person on the list.
      const actor = { ...adminContext(admin, context), auditReason: undefined };
      await this.auditLog.record(tx, 'members.listed', { context: actor }, { members, filter });
    });
  }

  /**
   * Records one view. Await this method before the response is sent, so that no data is shown if the
   * record fails or the administrator has lost the role. An export needs a recent login, as the member's
   * own export does.
   * @throws DomainError as {@link AdminWritesService.asAdministrator}
   */
  async record(admin: Principal, memberId: string, subject: ViewedPart, context: ClientContext): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin, { needsRecentLogin: subject === 'export' });
      const viewed = { memberId, context: adminContext(admin, context) };
      await this.auditLog.record(tx, 'member.viewed', viewed, { what: subject });
    });
  }
}

/** Keeps the first character, but none of a query of one or two: that would be half of a Korean name. */
const shorten = (query: string): string => ([...query].length < 3 ? '***' : `${[...query][0]!}***`);
