import { Module } from '@nestjs/common';
import { NotificationsModule } from '../../mail/notifications/notifications.module.js';
import { UsersModule } from '../../users/users.module.js';
import { AuditLogModule } from '../audit-log/audit-log.module.js';
import { IdentityNotificationsService } from './identity-notifications.service.js';
import { ProviderNoticeNotificationsService } from './provider-notice-notifications.service.js';

/** Mails and audit rows about accounts at providers that were linked or unlinked. */
@Module({
  imports: [AuditLogModule, NotificationsModule, UsersModule],
  providers: [IdentityNotificationsService, ProviderNoticeNotificationsService],
  exports: [IdentityNotificationsService, ProviderNoticeNotificationsService],
})
export class IdentityNotificationsModule {}
