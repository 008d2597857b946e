import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { ApiKeysModule } from '../security/api-keys/api-keys.module.js';
import { ConsentsModule } from '../security/consents/consents.module.js';
import { AuditLogModule } from '../security/audit-log/audit-log.module.js';
import { MailModule } from '../mail/mail.module.js';
import { NotificationsModule } from '../mail/notifications/notifications.module.js';
import { IdentityNotificationsModule } from '../security/identities/identity-notifications.module.js';
import { PasswordsModule } from '../security/passwords/passwords.module.js';
import { RateLimitsModule } from '../security/rate-limits/rate-limits.module.js';
import { ReauthenticationModule } from '../sessions/reauthentication/reauthentication.module.js';
import { RiskModule } from '../security/risk/risk.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { CountriesModule } from '../platform/geoip/countries.module.js';
import { ProofsModule } from '../platform/crypto/proofs/proofs.module.js';
import { TokensModule } from '../platform/crypto/tokens/tokens.module.js';
import { MfaModule } from '../mfa/mfa.module.js';
import { UsersModule } from '../users/users.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { AccessProof } from './guards/access-proof.js';
import { ApiKeyAdmission } from './guards/api-key-admission.js';
import { AccessTokenGuard } from './guards/access-token.guard.js';
import { AdminGuard } from './guards/admin.guard.js';
import { RolesGuard } from './guards/roles.guard.js';
import { FederationModule } from '../platform/federation/federation.module.js';
import { HashUpgradeService } from './login/hash-upgrade.service.js';
import { FirstFactorService } from './login/first-factor.service.js';
import { ForeignAccountsService } from './login/lazy-import/foreign-accounts.service.js';
import { LazyImportService } from './login/lazy-import/lazy-import.service.js';
import { UnprovenLoginService } from './login/unproven-login.service.js';
import { InvitationsModule } from '../verification/invitations/invitations.module.js';
import { InvitationAcceptanceService } from './invitations/invitation-acceptance.service.js';
import { InvitationAnswersService } from './invitations/invitation-answers.service.js';
import { InvitationLookupService } from './invitations/invitation-lookup.service.js';
import { InvitationsController } from './invitations/invitations.controller.js';
import { LoginController } from './login/login.controller.js';
import { LoginIdCheckService } from './sign-up/login-id-check.service.js';
import { LoginIdCheckController } from './sign-up/login-id-check.controller.js';
import { LoginIdRecoveryController } from './login-id-recovery/login-id-recovery.controller.js';
import { LoginIdRecoveryService } from './login-id-recovery/login-id-recovery.service.js';
import { LoginIdRequestsService } from './login-id-recovery/login-id-requests.service.js';
import { LoginLockNotificationService } from './login/login-lock-notification.service.js';
import { LoginDemandsService } from './login/login-demands.service.js';
import { TermsLoginService } from './consents/terms-login.service.js';
import { LoginCompletionService } from './login/login-completion.service.js';
import { LoginRefusalsService } from './login/login-refusals.service.js';
import { PasskeyLoginController } from './login/passkey-login.controller.js';
import { PasskeyLoginService } from './login/passkey-login.service.js';
import { PasskeyOptionsService } from './login/passkey-options.service.js';
import { PasswordAttemptsService } from './login/password-attempts.service.js';
import { PasswordLoginService } from './login/password-login.service.js';
import { PasswordResetController } from './password-reset/password-reset.controller.js';
import { PasswordResetConfirmationService } from './password-reset/password-reset-confirmation.service.js';
import { PasswordResetFollowUpService } from './password-reset/password-reset-follow-up.service.js';
import { PasswordResetLinksService } from './password-reset/password-reset-links.service.js';
import { PasswordResetRequestsService } from './password-reset/password-reset-requests.service.js';
import { PasswordResetService } from './password-reset/password-reset.service.js';
import { ResetTokens } from './password-reset/reset-tokens.js';
import { SecondFactorLoginService } from './login/second-factor-login.service.js';
import { SignUpController } from './sign-up/sign-up.controller.js';
import { ClaimedIdentities } from './sign-up/claimed-identities.js';
import { ConsentsController } from './consents/consents.controller.js';
import { SignUpRulesService } from './sign-up/sign-up-rules.service.js';
import { NewIdentitiesService } from './sign-up/new-identities.service.js';
import { NewMembersService } from './sign-up/new-members.service.js';
import { PendingSignUpsService } from './sign-up/pending-sign-ups.service.js';
import { SignUpActivationService } from './sign-up/sign-up-activation.service.js';
import { SignUpConfirmationService } from './sign-up/sign-up-confirmation.service.js';
import { SignUpContinuationService } from './sign-up/sign-up-continuation.service.js';
import { SignUpLinksService } from './sign-up/sign-up-links.service.js';
import { SignUpPolicy } from './sign-up/sign-up-policy.js';
import { SignUpMailsService } from './sign-up/sign-up-mails.service.js';
import { SignUpRequestsService } from './sign-up/sign-up-requests.service.js';
import { SignUpsRepository } from './sign-up/sign-ups.repository.js';
import { AccessTokenStrategy } from './strategies/access-token.strategy.js';
import { RefreshTokenStrategy } from './strategies/refresh-token.strategy.js';
import { ResetTokenStrategy } from './strategies/reset-token.strategy.js';
import { TokenCookies } from './tokens/token-cookies.js';
import { TokenVerificationService } from './tokens/token-verification.service.js';
import { ServerMetadata } from './tokens/server-metadata.js';
import { IntrospectionController } from './tokens/introspection.controller.js';
import { WellKnownController } from './tokens/well-known.controller.js';
import { LateReplayService } from './tokens/late-replay.service.js';
import { LogoutService } from './tokens/logout.service.js';
import { RefreshRiskService } from './tokens/refresh-risk.service.js';
import { RefreshService } from './tokens/refresh.service.js';
import { SessionRotationService } from './tokens/session-rotation.service.js';
import { TokenReuseService } from './tokens/token-reuse.service.js';
import { SocialReauthenticationService } from './reauthentication/social-reauthentication.service.js';
import { FactorReauthenticationService } from './reauthentication/factor-reauthentication.service.js';
import { ReauthenticationController } from './reauthentication/reauthentication.controller.js';
import { ProviderAnswersController } from './social-login/provider-answers.controller.js';
import { SocialLoginController } from './social-login/social-login.controller.js';
import { PendingSocialSignUpsService } from './social-login/pending-social-sign-ups.service.js';
import { SocialJourneysService } from './social-login/social-journeys.service.js';
import { SocialLoginService } from './social-login/social-login.service.js';
import { SocialSignUpService } from './social-login/social-sign-up.service.js';
import { SocialSignUpsRepository } from './social-login/social-sign-ups.repository.js';
import { VouchedSignUpService } from './social-login/vouched-sign-up.service.js';
import { TokensController } from './tokens/tokens.controller.js';

/** Getting in and back in: sign-up, login, tokens, password reset, login-ID recovery. */
@Module({
  imports: [
    PassportModule,
    ...[
      ApiKeysModule,
      AuditLogModule,
      ConsentsModule,
      MailModule,
      NotificationsModule,
      PasswordsModule,
      RateLimitsModule,
      RiskModule,
    ],
    ...[
      CountriesModule,
      FederationModule,
      IdentityNotificationsModule,
      InvitationsModule,
      SessionsModule,
      ProofsModule,
      TokensModule,
      UsersModule,
      VerificationModule,
      ReauthenticationModule,
      MfaModule,
    ],
  ],
  controllers: [
    SignUpController,
    InvitationsController,
    LoginIdCheckController,
    LoginIdRecoveryController,
    LoginController,
    PasskeyLoginController,
    ConsentsController,
    SocialLoginController,
    ProviderAnswersController,
    TokensController,
    PasswordResetController,
    ReauthenticationController,
    WellKnownController,
    IntrospectionController,
  ],
  providers: [
    { provide: APP_GUARD, useClass: AccessTokenGuard },
    { provide: APP_GUARD, useClass: RolesGuard },
    { provide: APP_GUARD, useClass: AdminGuard },
    ...[AccessTokenStrategy, RefreshTokenStrategy, ResetTokenStrategy, AccessProof, ApiKeyAdmission],
    ...[SignUpRequestsService, SignUpConfirmationService, SignUpActivationService, SignUpLinksService],
    ...[
      SignUpContinuationService,
      SignUpMailsService,
      NewMembersService,
      NewIdentitiesService,
      ClaimedIdentities,
      SignUpPolicy,
      SignUpRulesService,
    ],
    ...[PendingSignUpsService, SignUpsRepository, LoginIdCheckService],
    ...[InvitationLookupService, InvitationAnswersService, InvitationAcceptanceService],
    ...[LoginIdRequestsService, LoginIdRecoveryService],
    ...[PasswordLoginService, PasswordAttemptsService, SecondFactorLoginService],
    ...[LazyImportService, ForeignAccountsService, UnprovenLoginService, HashUpgradeService],
    ...[PasskeyLoginService, PasskeyOptionsService, FirstFactorService],
    ...[SocialJourneysService, SocialLoginService, SocialSignUpService, VouchedSignUpService],
    ...[PendingSocialSignUpsService, SocialSignUpsRepository],
    ...[
      LoginCompletionService,
      LoginDemandsService,
      TermsLoginService,
      LoginRefusalsService,
      LoginLockNotificationService,
    ],
    ...[PasswordResetRequestsService, PasswordResetConfirmationService],
    ...[PasswordResetLinksService, PasswordResetService, PasswordResetFollowUpService, ResetTokens],
    ...[RefreshService, SessionRotationService, LateReplayService, TokenReuseService, RefreshRiskService],
    ...[ServerMetadata, TokenVerificationService, LogoutService, TokenCookies],
    ...[FactorReauthenticationService, SocialReauthenticationService],
  ],
})
export class AuthModule {}
