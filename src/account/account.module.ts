import { Module } from '@nestjs/common';
import { AuditModule } from '../security/audit-log/audit.module.js';
import { MailModule } from '../mail/mail.module.js';
import { NoticesModule } from '../mail/notifications/notifications.module.js';
import { PasswordsModule } from '../security/passwords/passwords.module.js';
import { RateLimitsModule } from '../security/rate-limits/rate-limits.module.js';
import { ReauthenticationModule } from '../sessions/reauthentication/reauthentication.module.js';
import { RiskModule } from '../security/risk/risk.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { TwoFactorModule } from '../mfa/two-factor.module.js';
import { UsersModule } from '../users/users.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { AccountClosingService } from './closing/account-closing.service.js';
import { AccountErasureService } from '../operations/maintenance/account-erasure.service.js';
import { AccountController } from './account.controller.js';
import { AccountRepository } from './account.repository.js';
import { EmailChangeService } from './email-change/email-change.service.js';
import { NotMeController } from './compromise-recovery/disavowal.controller.js';
import { NotMeService } from './compromise-recovery/disavowal.service.js';
import { TakeBackService } from './compromise-recovery/compromise-recovery.service.js';

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
