import { Module } from '@nestjs/common';
import { MfaModule } from '../mfa/mfa.module.js';
import { AuditLogModule } from '../security/audit-log/audit-log.module.js';
import { ApiKeysModule } from '../security/api-keys/api-keys.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AdminWritesService } from './admin-writes.service.js';
import { ViewAuditService } from './view-audit.service.js';

/**
 * Who may administer: administrators with a second factor, and API keys. Re-exports what the guard
 * of an {@link AdminController} needs.
 */
@Module({
  imports: [ApiKeysModule, AuditLogModule, MfaModule, SessionsModule, UsersModule],
  providers: [AdminWritesService, ViewAuditService],
  exports: [AdminWritesService, ViewAuditService, MfaModule, SessionsModule, UsersModule],
})
export class AdministratorsModule {}
