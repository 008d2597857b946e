import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { NoticesModule } from '../notices/notices.module.js';
import { PasskeysModule } from '../passkeys/passkeys.module.js';
import { RateLimitsModule } from '../rate-limits/rate-limits.module.js';
import { ReauthenticationModule } from '../reauthentication/reauthentication.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuthenticatorAppService } from './authenticator-app.service.js';
import { EnrolledFactorsService } from './enrolled-factors.service.js';
import { LostSecretWatch } from './lost-secret.watch.js';
import { LoginChallengesService } from './login-challenges.service.js';
import { PasskeyEnrolmentService } from './passkey-enrolment.service.js';
import { PasskeysController } from './passkeys.controller.js';
import { RecoveryCodesService } from './recovery-codes.service.js';
import { ResealingService } from './resealing.service.js';
import { SealedValuesRepository } from './sealed-values.repository.js';
import { TotpCodesService } from './totp-codes.service.js';
import { TwoFactorNoticesService } from './two-factor-notices.service.js';
import { TwoFactorController } from './two-factor.controller.js';
import { TwoFactorStatusController } from './two-factor-status.controller.js';
import { TwoFactorRepository } from './two-factor.repository.js';
import { TwoFactorService } from './two-factor.service.js';

/** A second factor. */
@Module({
  imports: [
    AuditModule,
    NoticesModule,
    PasskeysModule,
    RateLimitsModule,
    ReauthenticationModule,
    SessionsModule,
    TokensModule,
    UsersModule,
  ],
  controllers: [TwoFactorController, TwoFactorStatusController, PasskeysController],
  providers: [
    TwoFactorService,
    AuthenticatorAppService,
    TotpCodesService,
    TwoFactorRepository,
    LoginChallengesService,
    PasskeyEnrolmentService,
    EnrolledFactorsService,
    RecoveryCodesService,
    TwoFactorNoticesService,
    ...[SealedValuesRepository, ResealingService, LostSecretWatch],
  ],
  exports: [
    TwoFactorService,
    LoginChallengesService,
    ...[AuthenticatorAppService, PasskeyEnrolmentService, RecoveryCodesService],
  ],
})
export class TwoFactorModule {}
