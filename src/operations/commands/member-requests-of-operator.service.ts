import { Injectable } from '@nestjs/common';
import { EmailCorrectionsService } from '../../verification/email-corrections/email-corrections.service.js';
import { ErasuresService } from '../../mfa/lockout/erasures.service.js';
import { parseEmailAddress, type EmailAddress } from '../../platform/addresses/email-address.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { isUuid } from '../../platform/http/validation/field-decorators.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { AccountExportResponse } from '../../users/export/member-export.dto.js';
import { MemberExportService } from '../../users/export/member-export.service.js';
import { normaliseLoginId } from '../../users/login-id.js';
import type { Member } from '../../users/member.entity.js';
import { MembersRepository } from '../../users/members.repository.js';

/**
 * Carries out requests of members for the operator at a terminal, who has every right. The rules
 * are those of the API (AC-24, AC-25).
 */
@Injectable()
export class MemberRequestsOfOperatorService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly corrections: EmailCorrectionsService,
    private readonly erasures: ErasuresService,
    private readonly exports: MemberExportService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** @throws DomainError `not_found`, and as {@link EmailCorrectionsService.begin} */
  async changeEmail(member: string, address: EmailAddress, context: ClientContext): Promise<void> {
    const id = await this.getId(member);
    await this.database.transaction(async (tx) => {
      await this.corrections.begin(tx, await this.getLocked(tx, id), address, context);
    });
  }

  /** @throws DomainError `not_found`, and as {@link ErasuresService.begin} */
  async erase(member: string, atOnce: boolean, context: ClientContext): Promise<void> {
    const id = await this.getId(member);
    await this.database.transaction(async (tx) => {
      await this.erasures.lockAdministrators(tx);
      await this.erasures.begin(tx, await this.getLocked(tx, id), atOnce, context);
    });
  }

  /**
   * Records the export in the audit log, and then reads what is held about the member.
   * @throws DomainError `not_found`
   */
  async export(id: string, context: ClientContext): Promise<AccountExportResponse> {
    await this.database.transaction(async (tx) => {
      await this.getLocked(tx, id);
      await this.auditLog.record(tx, 'member.viewed', { memberId: id, context }, { what: 'export' });
    });
    return this.exports.read(id);
  }

  /**
   * The id of a member who is named by id, login ID or address. An id is returned without a look-up.
   * @throws DomainError `not_found`, also for an imported account that is not proven
   */
  async getId(member: string): Promise<string> {
    if (isUuid(member)) return member.toLowerCase();
    const key = member.includes('@') ? parseEmailAddress(member)?.key : normaliseLoginId(member);
    const candidate = key === undefined ? null : await this.members.findCandidate(key);
    if (candidate === null || candidate.status === 'unproven') throw noSuchMember();
    return candidate.id;
  }

  private async getLocked(tx: Tx, id: string): Promise<Member> {
    const member = await this.members.findLocked(tx, id);
    if (!member) throw noSuchMember();
    return member;
  }
}

const noSuchMember = (): DomainError => new DomainError('not_found', { detail: 'no such member' });
