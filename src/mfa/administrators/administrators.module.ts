import { Module } from '@nestjs/common';
import { MfaModule } from '../mfa.module.js';
import { AuditLogModule } from '../../security/audit-log/audit-log.module.js';
import { ApiKeysModule } from '../../security/api-keys/api-keys.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { UsersModule } from '../../users/users.module.js';
import { AdminWritesService } from './admin-writes.service.js';
import { ViewAuditService } from './view-audit.service.js';

/** Admits the writes of administrators and API keys, and records what they view. Administrators need a second factor. */
@Module({
  imports: [ApiKeysModule, AuditLogModule, MfaModule, SessionsModule, UsersModule],
  providers: [AdminWritesService, ViewAuditService],
  exports: [AdminWritesService, ViewAuditService],
})
export class AdministratorsModule {}
