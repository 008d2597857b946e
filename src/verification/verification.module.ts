import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { RateLimitsModule } from '../security/rate-limits/rate-limits.module.js';
import { UsersModule } from '../users/users.module.js';
import { AdminMailsService } from './admin-mails.service.js';
import { CodeRequestsService } from './code-requests.service.js';
import { EmailChallengesRepository } from './email-challenges.repository.js';
import { ResetGrantsRepository } from './reset-grants.repository.js';
import { VerificationService } from './verification.service.js';

/** Mailbox proofs. */
@Module({
  imports: [MailModule, RateLimitsModule, UsersModule],
  providers: [
    EmailChallengesRepository,
    ResetGrantsRepository,
    VerificationService,
    CodeRequestsService,
    AdminMailsService,
  ],
  exports: [VerificationService, CodeRequestsService, AdminMailsService],
})
export class VerificationModule {}
