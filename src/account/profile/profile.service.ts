import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import type { Locale } from '../../platform/i18n/locale.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import { MembersRepository, type Profile } from '../../users/members.repository.js';

/** What a member may change without a password. */
export interface ProfileChanges {
  name?: string | null;
  locale?: Locale;
}

/** Reads and changes a member's own profile. */
@Injectable()
export class ProfileService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly writes: MemberWritesService,
    private readonly auditLog: AuditLogService,
  ) {}

  async get(memberId: string): Promise<Profile> {
    return this.members.getProfile(memberId);
  }

  /** @throws DomainError `session_ended` */
  async update(principal: MemberPrincipal, changes: ProfileChanges, context: ClientContext): Promise<Profile> {
    const { memberId, sessionId } = principal;
    return this.database.transaction(async (tx) => {
      await this.writes.asMember(tx, principal);
      const fields = Object.entries(changes).flatMap(([field, value]) => (value === undefined ? [] : [field]));
      if (fields.length > 0) {
        await this.members.updateProfile(tx, memberId, changes);
        await this.auditLog.record(tx, 'profile.changed', { memberId, sessionId, context }, { fields });
      }
      return this.members.get(tx, memberId);
    });
  }
}
