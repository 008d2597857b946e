import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { EmailAddress } from '../../platform/addresses/email-address.js';
import { Database } from '../../platform/database/database.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { PasswordInvitationsService } from '../../verification/password-invitations.service.js';
import { MemberAdministrationRepository } from '../../users/member-administration.repository.js';
import { MembersRepository } from '../../users/members.repository.js';

/** The account that becomes an administrator. */
export interface NewAdmin {
  readonly loginId: string;
  readonly email: EmailAddress;
  readonly name: string | null;
  readonly locale: MailLocale;
}

/**
 * Creates administrators from the command line, which is the only way to create the first one
 * (AD-03).
 */
@Injectable()
export class AdminCreationService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly administration: MemberAdministrationRepository,
    private readonly auditLog: AuditLogService,
    private readonly passwordInvitations: PasswordInvitationsService,
  ) {}

  /**
   * Creates the account without a password. The member sets one through the mailed link.
   *
   * @throws DomainError `email_taken`, `login_id_taken`
   */
  async create({ loginId, email, name, locale }: NewAdmin): Promise<void> {
    const context = { ip: '', userAgent: 'munjigi admin create', locale: 'en' as const, requestId: randomUUID() };
    await this.database.transaction(async (tx) => {
      const { address, key: emailKey } = email;
      const id = await this.members.insert(tx, { loginId, email: address, emailKey, passwordHash: null, name, locale });
      await this.administration.setRole(tx, id, 'admin');
      await this.auditLog.record(tx, 'admin.created', { memberId: id, context }, {});
      await this.passwordInvitations.send(tx, await this.members.get(tx, id), 'account-created');
    });
  }
}
