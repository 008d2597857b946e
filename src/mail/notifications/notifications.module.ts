import { Module } from '@nestjs/common';
import { MailModule } from '../mail.module.js';
import { TokensModule } from '../../platform/crypto/tokens/tokens.module.js';
import { AdminNotificationsService } from './admin-notifications.service.js';
import { DisavowalTokens } from './disavowal-tokens.js';
import { SecurityNotificationsService } from './security-notifications.service.js';

/** Mails to members about security-relevant events of their account. */
@Module({
  imports: [MailModule, TokensModule],
  providers: [SecurityNotificationsService, AdminNotificationsService, DisavowalTokens],
  exports: [SecurityNotificationsService, AdminNotificationsService, DisavowalTokens],
})
export class NotificationsModule {}
