import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { AdminMailsService } from './admin-mails.service.js';
import { NotMeTokens } from './not-me-tokens.js';
import { SecurityNoticesService } from './security-notices.service.js';

/** Mails about what happened to an account. */
@Module({
  imports: [MailModule, TokensModule, VerificationModule],
  providers: [SecurityNoticesService, AdminMailsService, NotMeTokens],
  exports: [SecurityNoticesService, AdminMailsService, NotMeTokens],
})
export class NoticesModule {}
