import { Module } from '@nestjs/common';
import { NotificationsModule } from '../../mail/notifications/notifications.module.js';
import { FederationModule } from '../../platform/federation/federation.module.js';
import { UsersModule } from '../../users/users.module.js';
import { AuditLogModule } from '../audit-log/audit-log.module.js';
import { DisputedIdentitiesService } from './disputed-identities.service.js';
import { IdentityNotificationsService } from './identity-notifications.service.js';
import { ProviderNoticeNotificationsService } from './provider-notice-notifications.service.js';

/**
 * Mails and audit rows about accounts at providers that were linked or unlinked, and the unlinking of
 * those that an intruder may have linked.
 */
@Module({
  imports: [AuditLogModule, FederationModule, NotificationsModule, UsersModule],
  providers: [DisputedIdentitiesService, IdentityNotificationsService, ProviderNoticeNotificationsService],
  exports: [DisputedIdentitiesService, IdentityNotificationsService, ProviderNoticeNotificationsService],
})
export class IdentityNotificationsModule {}
