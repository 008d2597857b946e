import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../mail/mail.module.js';
import { NoticesModule } from '../notices/notices.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { RateLimitsModule } from '../rate-limits/rate-limits.module.js';
import { ReauthenticationModule } from '../reauthentication/reauthentication.module.js';
import { RiskModule } from '../risk/risk.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { TwoFactorModule } from '../two-factor/two-factor.module.js';
import { UsersModule } from '../users/users.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { AccountClosingService } from './account-closing.service.js';
import { AccountErasureService } from './account-erasure.service.js';
import { AccountController } from './account.controller.js';
import { AccountRepository } from './account.repository.js';
import { EmailChangeService } from './email-change.service.js';
import { NotMeController } from './not-me.controller.js';
import { NotMeService } from './not-me.service.js';
import { TakeBackService } from './take-back.service.js';

/** What a member does with the account as a whole: move it, take it back, leave. */
@Module({
  imports: [
    ...[AuditModule, MailModule, NoticesModule, PasswordsModule, RateLimitsModule, ReauthenticationModule],
    ...[RiskModule, SessionsModule, TwoFactorModule, UsersModule, VerificationModule],
  ],
  controllers: [AccountController, NotMeController],
  providers: [
    AccountRepository,
    EmailChangeService,
    AccountClosingService,
    AccountErasureService,
    TakeBackService,
    NotMeService,
  ],
})
export class AccountModule {}
