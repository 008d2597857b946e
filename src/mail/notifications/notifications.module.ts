import { Module } from '@nestjs/common';
import { MailModule } from '../mail.module.js';
import { TokensModule } from '../../platform/crypto/tokens/tokens.module.js';
import { DisavowalTokens } from './disavowal-tokens.js';
import { SecurityNotificationsService } from './security-notifications.service.js';

/** Mails to members about security-relevant events of their account. */
@Module({
  imports: [MailModule, TokensModule],
  providers: [SecurityNotificationsService, DisavowalTokens],
  exports: [SecurityNotificationsService, DisavowalTokens],
})
export class NotificationsModule {}
