import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { NoticesModule } from '../notices/notices.module.js';
import { RateLimitsModule } from '../rate-limits/rate-limits.module.js';
import { ReauthenticationModule } from '../reauthentication/reauthentication.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { UsersModule } from '../users/users.module.js';
import { LoginChallengesService } from './login-challenges.service.js';
import { TwoFactorController } from './two-factor.controller.js';
import { TwoFactorStatusController } from './two-factor-status.controller.js';
import { TwoFactorRepository } from './two-factor.repository.js';
import { TwoFactorService } from './two-factor.service.js';

/** A second factor. */
@Module({
  imports: [
    AuditModule,
    NoticesModule,
    RateLimitsModule,
    ReauthenticationModule,
    SessionsModule,
    TokensModule,
    UsersModule,
  ],
  controllers: [TwoFactorController, TwoFactorStatusController],
  providers: [TwoFactorService, TwoFactorRepository, LoginChallengesService],
  exports: [TwoFactorService, LoginChallengesService],
})
export class TwoFactorModule {}
