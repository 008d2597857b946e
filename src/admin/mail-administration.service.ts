import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { Database } from '../platform/database/database.js';
import type { OutboxStatus } from '../mail/outbox/outbox-message.entity.js';
import { OutboxInspectionService, type InspectedMail } from '../mail/outbox/outbox-inspection.service.js';
import { adminContext } from '../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../mfa/administrators/admin-writes.service.js';
import { PageCursors, type Page } from '../platform/http/page-cursors.js';

/**
 * Lists the outbox for administrators and lets them retry mails that the dispatcher has given up.
 */
@Injectable()
export class MailAdministrationService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly outbox: OutboxInspectionService,
    private readonly auditLog: AuditLogService,
    private readonly cursors: PageCursors,
  ) {}

  /** Lists mails, newest first. @throws DomainError `validation_failed` for an invalid cursor */
  async list(
    status: OutboxStatus | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<InspectedMail>> {
    const list = { name: 'outbox', filter: { status } } as const;
    const position = this.cursors.decode(list, cursor);
    return this.cursors.paginate(list, await this.outbox.list({ status }, limit + 1, position), limit);
  }

  /** Makes a dead mail due again. @throws DomainError `not_found`, `mail_not_retryable` */
  async retry(admin: Principal, id: string, context: ClientContext): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      const memberId = await this.outbox.retry(tx, id);
      const actor = adminContext(admin, context);
      // An erasure finds this row only by its member. Without a member, the reason could never be erased,
      // so it is not stored.
      const subject = { memberId, context: memberId === null ? { ...actor, auditReason: undefined } : actor };
      await this.auditLog.record(tx, 'mail.retried', subject, { mailId: id });
    });
  }
}
