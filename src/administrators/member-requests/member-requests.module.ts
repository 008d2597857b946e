import { Module } from '@nestjs/common';
import { NotificationsModule } from '../../mail/notifications/notifications.module.js';
import { MfaModule } from '../../mfa/mfa.module.js';
import { AuditLogModule } from '../../security/audit-log/audit-log.module.js';
import { IdentityNotificationsModule } from '../../security/identities/identity-notifications.module.js';
import { RateLimitsModule } from '../../security/rate-limits/rate-limits.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { UsersModule } from '../../users/users.module.js';
import { VerificationModule } from '../../verification/verification.module.js';
import { MemberLockoutService } from '../member-lockout.service.js';
import { EmailCorrectionsService } from './email-corrections.service.js';
import { ErasuresService } from './erasures.service.js';

/** What is done for members who asked for it and cannot log in, by the API and by commands. */
@Module({
  imports: [
    ...[AuditLogModule, IdentityNotificationsModule, NotificationsModule],
    ...[MfaModule, RateLimitsModule, SessionsModule, UsersModule, VerificationModule],
  ],
  providers: [EmailCorrectionsService, ErasuresService, MemberLockoutService],
  exports: [EmailCorrectionsService, ErasuresService, MemberLockoutService],
})
export class MemberRequestsModule {}
