import { Module } from '@nestjs/common';
import { AuditLogModule } from '../../security/audit-log/audit-log.module.js';
import { PasskeysRepository } from './passkeys.repository.js';
import { PasskeysService } from './passkeys.service.js';

/** Keys of members' devices: the ceremonies of WebAuthn. What a signature opens is for others to say. */
@Module({
  imports: [AuditLogModule],
  providers: [PasskeysService, PasskeysRepository],
  exports: [PasskeysService, PasskeysRepository],
})
export class PasskeysModule {}
