import { Module } from '@nestjs/common';
import { AuditLogModule } from '../security/audit-log/audit-log.module.js';
import { EventsModule } from '../security/events/events.module.js';
import { WebhooksModule } from '../security/events/webhooks.module.js';
import { CountriesModule } from '../platform/geoip/countries.module.js';
import { FederationModule } from '../platform/federation/federation.module.js';
import { MailModule } from '../mail/mail.module.js';
import { NotificationsModule } from '../mail/notifications/notifications.module.js';
import { PasswordsModule } from '../security/passwords/passwords.module.js';
import { RateLimitsModule } from '../security/rate-limits/rate-limits.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { MfaModule } from '../mfa/mfa.module.js';
import { IdentityNotificationsModule } from '../security/identities/identity-notifications.module.js';
import { UsersModule } from '../users/users.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { AdministratorsModule } from '../mfa/administrators/administrators.module.js';
import { LockoutModule } from '../mfa/lockout/lockout.module.js';
import { EmailCorrectionsModule } from '../verification/email-corrections/email-corrections.module.js';
import { EventDirectoryService } from './event-directory.service.js';
import { ImportsController } from './imports/imports.controller.js';
import { ImportsService } from './imports/imports.service.js';
import { InvitationsModule } from '../verification/invitations/invitations.module.js';
import { InvitationAdministrationService } from './invitations/invitation-administration.service.js';
import { InvitationDirectoryService } from './invitations/invitation-directory.service.js';
import { InvitationsAdminController } from './invitations/invitations-admin.controller.js';
import { EmailCorrectionService } from './member-requests/email-correction.service.js';
import { ErasureDemandService } from './member-requests/erasure-demand.service.js';
import { MemberRequestsController } from './member-requests/member-requests.controller.js';
import { PasskeyRemovalService } from './ways-in/passkey-removal.service.js';
import { UnlinkingService } from './ways-in/unlinking.service.js';
import { WaysInAdminController } from './ways-in/ways-in-admin.controller.js';
import { LoginUnlockService } from './login-unlock.service.js';
import { LostFactorService } from './lost-factor.service.js';
import { MailAdministrationService } from './mail-administration.service.js';
import { MemberAdministrationService } from './member-administration.service.js';
import { MemberAttributeChangesService } from './member-attribute-changes.service.js';
import { MemberDirectoryService } from './member-directory.service.js';
import { OverviewController } from './overview/overview.controller.js';
import { OverviewCountsService } from './overview/overview-counts.service.js';
import { OverviewService } from './overview/overview.service.js';
import { PasswordResetDemandService } from './password-reset-demand.service.js';
import { MemberViewsController } from './member-views/member-views.controller.js';
import { MemberViewsService } from './member-views/member-views.service.js';
import { MembersAdminController } from './members-admin.controller.js';
import { OutboxAdminController } from './outbox-admin.controller.js';
import { PageCursors } from '../platform/http/page-cursors.js';
import { SecurityEventsAdminController } from './security-events-admin.controller.js';

/** What administrators see and do: members, invitations, imports, the audit log and the outbox. */
@Module({
  imports: [
    ...[
      AuditLogModule,
      CountriesModule,
      EventsModule,
      FederationModule,
      IdentityNotificationsModule,
      WebhooksModule,
      MailModule,
      NotificationsModule,
      PasswordsModule,
      RateLimitsModule,
    ],
    ...[
      AdministratorsModule,
      EmailCorrectionsModule,
      InvitationsModule,
      LockoutModule,
      SessionsModule,
      MfaModule,
      UsersModule,
      VerificationModule,
    ],
  ],
  controllers: [
    ImportsController,
    OverviewController,
    MembersAdminController,
    InvitationsAdminController,
    MemberRequestsController,
    MemberViewsController,
    WaysInAdminController,
    SecurityEventsAdminController,
    OutboxAdminController,
  ],
  providers: [
    PageCursors,
    InvitationAdministrationService,
    InvitationDirectoryService,
    EmailCorrectionService,
    ErasureDemandService,
    MemberDirectoryService,
    MemberViewsService,
    ImportsService,
    OverviewService,
    OverviewCountsService,
    MemberAdministrationService,
    MemberAttributeChangesService,
    LostFactorService,
    PasskeyRemovalService,
    UnlinkingService,
    LoginUnlockService,
    PasswordResetDemandService,
    EventDirectoryService,
    MailAdministrationService,
  ],
})
export class AdminModule {}
