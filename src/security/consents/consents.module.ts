import { Module } from '@nestjs/common';
import { AuditLogModule } from '../audit-log/audit-log.module.js';
import { ConsentsService } from './consents.service.js';

/** What members agree to, where the operator declares documents. */
@Module({
  imports: [AuditLogModule],
  providers: [ConsentsService],
  exports: [ConsentsService],
})
export class ConsentsModule {}
