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
   * Checks the values before the member is looked up. {@link change} checks them again, together with the stored ones.
   * @throws DomainError `validation_failed`
   */
  check(values: Record<string, unknown>): void {
    this.attributes.merge(values, 'admin');
  }

  /**
   * @param member whose row is locked, so that two changes at once do not lose each other's values
   * @throws DomainError `validation_failed`
   */
  async change(tx: Tx, member: Member, values: Record<string, unknown>, actor: ClientContext): Promise<boolean> {
    if (Object.keys(values).length === 0) return false;
    await this.values.set(tx, member.id, this.attributes.merge(values, 'admin', member.attributes));
    // Records only the names of attributes: the audit log is kept for long, and the values are personal data.
    const fields = Object.keys(values).map((name) => `attributes.${name}`);
    await this.auditLog.record(tx, 'profile.changed', { memberId: member.id, context: actor }, { fields });
    return true;
  }
}
