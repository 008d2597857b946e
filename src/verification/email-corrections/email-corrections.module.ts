import { Module } from '@nestjs/common';
import { MailModule } from '../../mail/mail.module.js';
import { NotificationsModule } from '../../mail/notifications/notifications.module.js';
import { AuditLogModule } from '../../security/audit-log/audit-log.module.js';
import { UsersModule } from '../../users/users.module.js';
import { VerificationModule } from '../verification.module.js';
import { EmailCorrectionMailsService } from './email-correction-mails.service.js';
import { EmailCorrectionsService } from './email-corrections.service.js';

/** A new address for a member who has lost the mailbox. */
@Module({
  imports: [AuditLogModule, MailModule, NotificationsModule, UsersModule, VerificationModule],
  providers: [EmailCorrectionMailsService, EmailCorrectionsService],
  exports: [EmailCorrectionsService],
})
export class EmailCorrectionsModule {}
