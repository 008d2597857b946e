import { Injectable } from '@nestjs/common';
import { MemberAttributes } from '../platform/attributes/member-attributes.js';
import type { Tx } from '../platform/database/sql.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import { MemberAttributesRepository } from '../users/member-attributes.repository.js';
import type { Member } from '../users/member.entity.js';

/** Changes attributes of a member for administrators, who may write all of them. */
@Injectable()
export class MemberAttributeChangesService {
  constructor(
    private readonly values: MemberAttributesRepository,
    private readonly attributes: MemberAttributes,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * An early check, before the member is looked up: {@link change} decides.
   * @throws DomainError `validation_failed`
   */
  check(values: Record<string, unknown>): void {
    this.attributes.merge(values, 'admin');
  }

  /**
   * @param member whose row is locked, so that two changes at once do not lose each other's values
   * @throws DomainError `validation_failed`
   */
  async change(tx: Tx, member: Member, values: Record<string, unknown>, actor: ClientContext): Promise<void> {
    if (Object.keys(values).length === 0) return;
    await this.values.set(tx, member.id, this.attributes.merge(values, 'admin', member.attributes));
    // The names of attributes alone: values are personal data, which the audit log keeps for long.
    const fields = Object.keys(values).map((name) => `attributes.${name}`);
    await this.auditLog.record(tx, 'profile.changed', { memberId: member.id, context: actor }, { fields });
  }
}
