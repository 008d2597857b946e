import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { AdminMailsService } from './admin-mails.service.js';
import { SecurityNoticesService } from './security-notices.service.js';

/** Mails about what happened to an account. */
@Module({
  imports: [MailModule, TokensModule, VerificationModule],
  providers: [SecurityNoticesService, AdminMailsService],
  exports: [SecurityNoticesService, AdminMailsService],
})
export class NoticesModule {}
