import { Module } from '@nestjs/common';
import { AuditLogModule } from '../../security/audit-log/audit-log.module.js';
import { PasswordsModule } from '../../security/passwords/passwords.module.js';
import { RateLimitsModule } from '../../security/rate-limits/rate-limits.module.js';
import { SessionsModule } from '../sessions.module.js';
import { UsersModule } from '../../users/users.module.js';
import { ReauthenticationService } from './reauthentication.service.js';

/** Asks signed-in members for their password again before sensitive changes. */
@Module({
  imports: [AuditLogModule, PasswordsModule, RateLimitsModule, SessionsModule, UsersModule],
  providers: [ReauthenticationService],
  exports: [ReauthenticationService],
})
export class ReauthenticationModule {}
