import { Module } from '@nestjs/common';
import { AuditLogModule } from '../security/audit-log/audit-log.module.js';
import { NotificationsModule } from '../mail/notifications/notifications.module.js';
import { PasskeysModule } from './passkeys/passkeys.module.js';
import { RateLimitsModule } from '../security/rate-limits/rate-limits.module.js';
import { ReauthenticationModule } from '../sessions/reauthentication/reauthentication.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { TokensModule } from '../platform/crypto/tokens/tokens.module.js';
import { UsersModule } from '../users/users.module.js';
import { EnrolledFactorsService } from './enrolled-factors.service.js';
import { LoginChallengesService } from './challenges/login-challenges.service.js';
import { RecoveryCodesService } from './recovery-codes/recovery-codes.service.js';
import { EncryptedValuesRepository } from './encrypted-values.repository.js';
import { TotpCodesService } from './totp/totp-codes.service.js';
import { TwoFactorNotificationsService } from './two-factor-notifications.service.js';
import { TwoFactorRepository } from './two-factor.repository.js';
import { TwoFactorService } from './two-factor.service.js';

/** Second factors: authenticator apps, passkeys, recovery codes, and the logins that wait for one. */
@Module({
  imports: [
    AuditLogModule,
    NotificationsModule,
    PasskeysModule,
    RateLimitsModule,
    ReauthenticationModule,
    SessionsModule,
    TokensModule,
    UsersModule,
  ],
  providers: [
    TwoFactorService,
    TotpCodesService,
    TwoFactorRepository,
    LoginChallengesService,
    EnrolledFactorsService,
    RecoveryCodesService,
    TwoFactorNotificationsService,
    EncryptedValuesRepository,
  ],
  exports: [
    TwoFactorService,
    LoginChallengesService,
    EnrolledFactorsService,
    PasskeysModule,
    RecoveryCodesService,
    EncryptedValuesRepository,
    TotpCodesService,
    TwoFactorNotificationsService,
    TwoFactorRepository,
  ],
})
export class MfaModule {}
