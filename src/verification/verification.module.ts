import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { RateLimitsModule } from '../security/rate-limits/rate-limits.module.js';
import { UsersModule } from '../users/users.module.js';
import { ChallengeCodesService } from './challenge-codes.service.js';
import { ChallengeListsRepository } from './challenge-lists.repository.js';
import { ChallengeLinksService } from './challenge-links.service.js';
import { CodeDigests } from './code-digests.js';
import { CodeRequestsService } from './code-requests.service.js';
import { EmailChallengesRepository } from './email-challenges.repository.js';
import { EmailChallengesService } from './email-challenges.service.js';
import { PasswordInvitationsService } from './password-invitations.service.js';
import { ResetGrantsRepository } from './reset-grants.repository.js';
import { ResetGrantsService } from './reset-grants.service.js';

const SERVICES = [
  EmailChallengesService,
  ChallengeCodesService,
  ChallengeLinksService,
  ResetGrantsService,
  CodeRequestsService,
  PasswordInvitationsService,
];

/** E-mail challenges: one mailed code and link, by which a member proves a mailbox. */
@Module({
  imports: [MailModule, RateLimitsModule, UsersModule],
  providers: [...SERVICES, ChallengeListsRepository, EmailChallengesRepository, ResetGrantsRepository, CodeDigests],
  exports: [...SERVICES, ChallengeListsRepository],
})
export class VerificationModule {}
