import { Module } from '@nestjs/common';
import { NotificationsModule } from '../mail/notifications/notifications.module.js';
import { TokensModule } from '../platform/crypto/tokens/tokens.module.js';
import { AuditLogModule } from '../security/audit-log/audit-log.module.js';
import { RateLimitsModule } from '../security/rate-limits/rate-limits.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { LoginChallengesService } from './challenges/login-challenges.service.js';
import { MfaChallengesRepository } from './challenges/mfa-challenges.repository.js';
import { TermsChallengesService } from './challenges/terms-challenges.service.js';
import { PendingProofsService } from './challenges/pending-proofs.service.js';
import { DisputedFactorsService } from './disputed-factors/disputed-factors.service.js';
import { FactorDisputesRepository } from './disputed-factors/factor-disputes.repository.js';
import { EncryptedValuesRepository } from './encrypted-values.repository.js';
import { EnrolledFactorsRepository } from './enrolled-factors.repository.js';
import { EnrolledFactorsService } from './enrolled-factors.service.js';
import { LastWayInService } from './last-way-in.service.js';
import { FactorRemovalService } from './factor-removal.service.js';
import { OpenChallengesService } from './challenges/open-challenges.service.js';
import { PasskeyAuthenticationService } from './passkeys/passkey-authentication.service.js';
import { PasskeyChallengesRepository } from './passkeys/passkey-challenges.repository.js';
import { PasskeyChallengesService } from './passkeys/passkey-challenges.service.js';
import { PasskeyRegistrationService } from './passkeys/passkey-registration.service.js';
import { PasskeysRepository } from './passkeys/passkeys.repository.js';
import { RecoveryCodesRepository } from './recovery-codes/recovery-codes.repository.js';
import { RecoveryCodesService } from './recovery-codes/recovery-codes.service.js';
import { SecondFactorNotificationsService } from './second-factor-notifications.service.js';
import { SecondFactorThrottleService } from './second-factor-throttle.service.js';
import { SecondFactorVerificationService } from './second-factor-verification.service.js';
import { TotpSecretsRepository } from './totp/totp-secrets.repository.js';
import { TotpService } from './totp/totp.service.js';
import { WaysInService } from './ways-in.service.js';

const EXPORTED = [
  ...[EnrolledFactorsService, SecondFactorVerificationService, SecondFactorThrottleService, LoginChallengesService],
  TermsChallengesService,
  ...[TotpService, TotpSecretsRepository, RecoveryCodesService, RecoveryCodesRepository],
  ...[PasskeyRegistrationService, PasskeyAuthenticationService, PasskeysRepository],
  ...[SecondFactorNotificationsService, EncryptedValuesRepository, PendingProofsService],
  ...[FactorRemovalService, DisputedFactorsService, LastWayInService, WaysInService, OpenChallengesService],
];

/**
 * Second factors: authenticator apps, passkeys, recovery codes; and the logins that await one of
 * them, or a consent.
 */
@Module({
  imports: [
    AuditLogModule,
    NotificationsModule,
    RateLimitsModule,
    SessionsModule,
    TokensModule,
    UsersModule,
    VerificationModule,
  ],
  providers: [
    ...EXPORTED,
    EnrolledFactorsRepository,
    MfaChallengesRepository,
    PasskeyChallengesRepository,
    PasskeyChallengesService,
    FactorDisputesRepository,
  ],
  exports: EXPORTED,
})
export class MfaModule {}
