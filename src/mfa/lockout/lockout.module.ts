import { Module } from '@nestjs/common';
import { NotificationsModule } from '../../mail/notifications/notifications.module.js';
import { MfaModule } from '../mfa.module.js';
import { AuditLogModule } from '../../security/audit-log/audit-log.module.js';
import { IdentityNotificationsModule } from '../../security/identities/identity-notifications.module.js';
import { RateLimitsModule } from '../../security/rate-limits/rate-limits.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { UsersModule } from '../../users/users.module.js';
import { ErasuresService } from './erasures.service.js';
import { MemberLockoutService } from './member-lockout.service.js';

/** Ends all access to an account: until a login restores it, until an administrator enables it, or for good. */
@Module({
  imports: [
    ...[AuditLogModule, IdentityNotificationsModule, NotificationsModule],
    ...[MfaModule, RateLimitsModule, SessionsModule, UsersModule],
  ],
  providers: [ErasuresService, MemberLockoutService],
  exports: [ErasuresService, MemberLockoutService],
})
export class LockoutModule {}
