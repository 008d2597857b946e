import { Injectable } from '@nestjs/common';
import { adminContext } from '../../administrators/admin-context.js';
import { AdminWritesService } from '../../administrators/admin-writes.service.js';
import { AdminNotificationsService } from '../../mail/notifications/admin-notifications.service.js';
import type { EmailAddress } from '../../platform/addresses/email-address.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { EmailChangesRepository } from '../../users/email-changes.repository.js';
import { EmailCorrectionMailsService } from '../../verification/email-correction-mails.service.js';

/** Changes the address of a member who has lost the mailbox and so cannot do it. */
@Injectable()
export class EmailCorrectionService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
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
   * @throws DomainError `not_found`, `member_not_active`, `email_taken`, and `forbidden` for one's own
   * account, whose change needs the password
   */
  async request(admin: MemberPrincipal, id: string, address: EmailAddress, context: ClientContext): Promise<void> {
    if (id === admin.memberId) throw new DomainError('forbidden', { detail: 'own address' });
    const actor = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      if (member.status !== 'active') throw new DomainError('member_not_active');
      const holder = await this.emailChanges.findHolder(tx, address.key);
      // Members may go back to an address of their own.
      if (holder && !(holder.id === id && holder.reservedUntil !== null)) throw new DomainError('email_taken');
      await this.auditLog.record(tx, 'email.change_requested', { memberId: id, context: actor }, {});
      await this.mails.send(tx, member, address, actor);
      await this.notifications.send(tx, member, 'email-change-requested', actor);
    });
  }
}
