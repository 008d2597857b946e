import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { RateLimitsModule } from '../security/rate-limits/rate-limits.module.js';
import { ProofRequestsRepository } from './proof-requests.repository.js';
import { ResetGrantsRepository } from './reset-grants.repository.js';
import { VerificationService } from './verification.service.js';

/** Mailbox proofs. */
@Module({
  imports: [MailModule, RateLimitsModule],
  providers: [ProofRequestsRepository, ResetGrantsRepository, VerificationService],
  exports: [VerificationService],
})
export class VerificationModule {}
