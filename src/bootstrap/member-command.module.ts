import { Module } from '@nestjs/common';
import { LockoutModule } from '../mfa/lockout/lockout.module.js';
import { MemberRequestsOfOperatorService } from '../operations/commands/member-requests-of-operator.service.js';
import { ConfigModule } from '../platform/config/config.module.js';
import { DatabaseModule } from '../platform/database/database.module.js';
import { AuditLogModule } from '../security/audit-log/audit-log.module.js';
import { UsersModule } from '../users/users.module.js';
import { EmailCorrectionsModule } from '../verification/email-corrections/email-corrections.module.js';
import { SCHEMA } from './data-source.js';

/** The services of `munjigi members`. Separate from `CommandModule`, whose commands need no sessions. */
@Module({
  imports: [
    ...[ConfigModule, DatabaseModule.forRoot(SCHEMA)],
    ...[AuditLogModule, EmailCorrectionsModule, LockoutModule, UsersModule],
  ],
  providers: [MemberRequestsOfOperatorService],
})
export class MemberCommandModule {}
