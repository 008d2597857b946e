import { Module } from '@nestjs/common';
import { MailModule } from '../mail.module.js';
import { TokensModule } from '../../platform/crypto/tokens/tokens.module.js';
import { NotMeTokens } from './disavowal-tokens.js';
import { SecurityNoticesService } from './security-notifications.service.js';

/** Mails about what happened to an account. */
@Module({
  imports: [MailModule, TokensModule],
  providers: [SecurityNoticesService, NotMeTokens],
  exports: [SecurityNoticesService, NotMeTokens],
})
export class NoticesModule {}
