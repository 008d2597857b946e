import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { NotificationsModule } from '../mail/notifications/notifications.module.js';
import { MfaModule } from '../mfa/mfa.module.js';
import { FederationModule } from '../platform/federation/federation.module.js';
import { CountriesModule } from '../platform/geoip/countries.module.js';
import { AuditLogModule } from '../security/audit-log/audit-log.module.js';
import { IdentityNotificationsModule } from '../security/identities/identity-notifications.module.js';
import { PasswordsModule } from '../security/passwords/passwords.module.js';
import { RateLimitsModule } from '../security/rate-limits/rate-limits.module.js';
import { RiskModule } from '../security/risk/risk.module.js';
import { ReauthenticationModule } from '../sessions/reauthentication/reauthentication.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { AccountNotificationsService } from './account-notifications.service.js';
import { AccountClosingController } from './closing/account-closing.controller.js';
import { EmailChangeController } from './email-change/email-change.controller.js';
import { AccountClosingService } from './closing/account-closing.service.js';
import { CompromiseRecoveryService } from './compromise-recovery/compromise-recovery.service.js';
import { DisavowalController } from './compromise-recovery/disavowal.controller.js';
import { DisavowalReportsRepository } from './compromise-recovery/disavowal-reports.repository.js';
import { DisavowalService } from './compromise-recovery/disavowal.service.js';
import { IntruderEvictionService } from './compromise-recovery/intruder-eviction.service.js';
import { RecoveryMailService } from './compromise-recovery/recovery-mail.service.js';
import { EmailChangeConfirmationService } from './email-change/email-change-confirmation.service.js';
import { EmailChangeLinkConfirmationService } from './email-change/email-change-link-confirmation.service.js';
import { EmailChangeLinksService } from './email-change/email-change-links.service.js';
import { EmailChangeMailsService } from './email-change/email-change-mails.service.js';
import { EmailChangeRequestService } from './email-change/email-change-request.service.js';
import { EmailReplacementService } from './email-change/email-replacement.service.js';
import { EmailUndoService } from './email-change/email-undo.service.js';
import { IdentitiesController } from './identities/identities.controller.js';
import { AccountExportController } from './export/account-export.controller.js';
import { OwnConsentsController } from './consents/own-consents.controller.js';
import { OwnConsentsService } from './consents/own-consents.service.js';
import { ConsentsModule } from '../security/consents/consents.module.js';
import { OwnIdentitiesService } from './identities/own-identities.service.js';
import { PasswordChangeController } from './password-change/password-change.controller.js';
import { PasswordChangeService } from './password-change/password-change.service.js';
import { ProfileController } from './profile/profile.controller.js';
import { LoginIdChoiceService } from './profile/login-id-choice.service.js';
import { ProfileService } from './profile/profile.service.js';
import { AuthenticatorAppConfirmationService } from './second-factors/authenticator-app-confirmation.service.js';
import { AuthenticatorAppService } from './second-factors/authenticator-app.service.js';
import { FactorChangesService } from './second-factors/factor-changes.service.js';
import { PasskeyListService } from './second-factors/passkey-list.service.js';
import { OwnPasskeysService } from './second-factors/own-passkeys.service.js';
import { PasskeyEnrolmentService } from './second-factors/passkey-enrolment.service.js';
import { PasskeysController } from './second-factors/passkeys.controller.js';
import { RecoveryCodeRenewalService } from './second-factors/recovery-code-renewal.service.js';
import { TwoFactorStatusController } from './second-factors/two-factor-status.controller.js';
import { TwoFactorController } from './second-factors/two-factor.controller.js';
import { SecurityActivityController } from './security-activity/security-activity.controller.js';
import { SecurityActivityService } from './security-activity/security-activity.service.js';
import { OwnSessionsService } from './sessions/own-sessions.service.js';
import { SessionsController } from './sessions/sessions.controller.js';

/** A signed-in member's own account, and its recovery after an intrusion. */
@Module({
  imports: [
    ...[
      AuditLogModule,
      CountriesModule,
      FederationModule,
      IdentityNotificationsModule,
      MailModule,
      MfaModule,
      NotificationsModule,
      PasswordsModule,
      RateLimitsModule,
    ],
    ...[ConsentsModule, ReauthenticationModule, RiskModule, SessionsModule, UsersModule, VerificationModule],
  ],
  controllers: [
    ProfileController,
    PasswordChangeController,
    SessionsController,
    TwoFactorController,
    TwoFactorStatusController,
    PasskeysController,
    IdentitiesController,
    OwnConsentsController,
    AccountExportController,
    SecurityActivityController,
    EmailChangeController,
    AccountClosingController,
    DisavowalController,
  ],
  providers: [
    AccountNotificationsService,
    ProfileService,
    LoginIdChoiceService,
    PasswordChangeService,
    OwnSessionsService,
    AuthenticatorAppService,
    AuthenticatorAppConfirmationService,
    PasskeyEnrolmentService,
    OwnPasskeysService,
    PasskeyListService,
    OwnIdentitiesService,
    OwnConsentsService,
    RecoveryCodeRenewalService,
    FactorChangesService,
    SecurityActivityService,
    EmailChangeLinksService,
    EmailChangeLinkConfirmationService,
    EmailChangeMailsService,
    EmailChangeRequestService,
    EmailChangeConfirmationService,
    EmailReplacementService,
    EmailUndoService,
    AccountClosingService,
    CompromiseRecoveryService,
    IntruderEvictionService,
    RecoveryMailService,
    DisavowalService,
    DisavowalReportsRepository,
  ],
})
export class AccountModule {}
