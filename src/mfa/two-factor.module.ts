import { Module } from '@nestjs/common';
import { AuditModule } from '../security/audit-log/audit.module.js';
import { NoticesModule } from '../mail/notifications/notifications.module.js';
import { PasskeysModule } from './passkeys/passkeys.module.js';
import { RateLimitsModule } from '../security/rate-limits/rate-limits.module.js';
import { ReauthenticationModule } from '../sessions/reauthentication/reauthentication.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { TokensModule } from '../platform/crypto/tokens/tokens.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuthenticatorAppService } from '../account/second-factors/authenticator-app.service.js';
import { EnrolledFactorsService } from './enrolled-factors.service.js';
import { LostSecretWatch } from '../operations/key-rotation/missing-secret-check.js';
import { LoginChallengesService } from './challenges/login-challenges.service.js';
import { PasskeyEnrolmentService } from '../account/second-factors/passkey-enrolment.service.js';
import { PasskeysController } from '../account/second-factors/passkeys.controller.js';
import { RecoveryCodesService } from './recovery-codes/recovery-codes.service.js';
import { ResealingService } from '../operations/key-rotation/re-encryption.service.js';
import { SealedValuesRepository } from './encrypted-values.repository.js';
import { TotpCodesService } from './totp/totp-codes.service.js';
import { TwoFactorNoticesService } from './two-factor-notifications.service.js';
import { TwoFactorController } from '../account/second-factors/two-factor.controller.js';
import { TwoFactorStatusController } from '../account/second-factors/two-factor-status.controller.js';
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
