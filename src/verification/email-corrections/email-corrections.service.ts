import { Injectable } from '@nestjs/common';
import { AdminNotificationsService } from '../../mail/notifications/admin-notifications.service.js';
import type { EmailAddress } from '../../platform/addresses/email-address.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { EmailChangesRepository } from '../../users/email-changes.repository.js';
import type { Member } from '../../users/member.entity.js';
import { EmailCorrectionMailsService } from './email-correction-mails.service.js';

/** Begins the change of the address of a member who has lost the mailbox. Callers decide who may do so. */
@Injectable()
export class EmailCorrectionsService {
  constructor(
    private readonly emailChanges: EmailChangesRepository,
    private readonly mails: EmailCorrectionMailsService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: AdminNotificationsService,
  ) {}

  /**
   * Mails a link to the new address, and a notice to the present one. The address changes when the
   * link is used: a typing error would give the account to a stranger. The change then is like one
   * of the member, with a notice and an undo link to the previous address (AC-24).
   *
   * @param member whose row is locked
   * @throws DomainError `member_not_active`, `email_taken`
   */
  async begin(tx: Tx, member: Member, address: EmailAddress, actor: ClientContext): Promise<void> {
    if (member.status !== 'active') throw new DomainError('member_not_active');
    const holder = await this.emailChanges.findHolder(tx, address.key);
    // Members may go back to an address of their own.
    if (holder && !(holder.id === member.id && holder.reservedUntil !== null)) throw new DomainError('email_taken');
    await this.auditLog.record(tx, 'email.change_requested', { memberId: member.id, context: actor }, {});
    await this.mails.send(tx, member, address, actor);
    await this.notifications.send(tx, member, 'email-change-requested', actor);
  }
}
