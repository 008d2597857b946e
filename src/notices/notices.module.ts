import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { SecurityNoticesService } from './security-notices.service.js';

/** Mails about what happened to an account. */
@Module({ imports: [MailModule, TokensModule], providers: [SecurityNoticesService], exports: [SecurityNoticesService] })
export class NoticesModule {}
