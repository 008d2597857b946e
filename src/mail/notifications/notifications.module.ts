import { Module } from '@nestjs/common';
import { MailModule } from '../mail.module.js';
import { TokensModule } from '../../platform/crypto/tokens/tokens.module.js';
import { VerificationModule } from '../../verification/verification.module.js';
import { AdminMailsService } from '../../verification/admin-mails.service.js';
import { NotMeTokens } from './disavowal-tokens.js';
import { SecurityNoticesService } from './security-notifications.service.js';

/** Mails about what happened to an account. */
@Module({
  imports: [MailModule, TokensModule, VerificationModule],
  providers: [SecurityNoticesService, AdminMailsService, NotMeTokens],
  exports: [SecurityNoticesService, AdminMailsService, NotMeTokens],
})
export class NoticesModule {}
