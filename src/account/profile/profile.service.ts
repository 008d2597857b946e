import { Injectable } from '@nestjs/common';
import { MemberAttributes } from '../../platform/attributes/member-attributes.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { LoginIdChoiceService } from './login-id-choice.service.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import { MemberAttributesRepository } from '../../users/member-attributes.repository.js';
import { MembersRepository, type Profile } from '../../users/members.repository.js';

/** What a member may change without a password. */
export interface ProfileChanges {
  name?: string | null;
  locale?: MailLocale;
  /** Only in place of one that an import made. */
  loginId?: string;
  /** The attributes to change; null removes a value. */
  attributes?: Record<string, unknown>;
}

/** Reads and changes a member's own profile. */
@Injectable()
export class ProfileService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly writes: MemberWritesService,
    private readonly auditLog: AuditLogService,
    private readonly attributes: MemberAttributes,
    private readonly values: MemberAttributesRepository,
    private readonly loginIdChoice: LoginIdChoiceService,
  ) {}

  async get(memberId: string): Promise<Profile> {
    return this.members.getProfile(memberId);
  }

  /**
   * @throws DomainError `session_ended`, `validation_failed`, `login_id_taken`, `too_many_attempts`,
   * `too_many_requests`
   */
  async update(
    principal: MemberPrincipal,
    { attributes, loginId, ...changes }: ProfileChanges,
    context: ClientContext,
  ): Promise<Profile> {
    const { memberId, sessionId } = principal;
    if (loginId !== undefined) await this.loginIdChoice.countChoice(memberId, loginId, context);
    await this.database.transaction(async (tx) => {
      await this.writes.asMember(tx, principal);
      if (loginId !== undefined) await this.loginIdChoice.choose(tx, principal, loginId, context);
      const fields = Object.entries(changes).flatMap(([field, value]) => (value === undefined ? [] : [field]));
      if (attributes !== undefined && Object.keys(attributes).length > 0) {
        const stored = await this.values.lock(tx, memberId);
        await this.values.set(tx, memberId, this.attributes.merge(attributes, 'member', stored));
        // Names alone: values are personal data, which the audit log keeps for long.
        fields.push(...Object.keys(attributes).map((name) => `attributes.${name}`));
      }
      if (fields.length > 0) {
        await this.members.updateProfile(tx, memberId, changes);
        await this.auditLog.record(tx, 'profile.changed', { memberId, sessionId, context }, { fields });
      }
    });
    return this.members.getProfile(memberId);
  }
}
