import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { AuditLogModule } from '../audit-log/audit-log.module.js';
import { ApiKeyCache } from './api-key-cache.js';
import { ApiKeyIssuingService } from './api-key-issuing.service.js';
import { ApiKeyUses } from './api-key-uses.js';
import { ApiKeyVerificationService } from './api-key-verification.service.js';
import { ApiKeysRepository } from './api-keys.repository.js';

/** Keys with which programs call the API. */
@Module({
  imports: [AuditLogModule, EventsModule],
  providers: [ApiKeysRepository, ApiKeyCache, ApiKeyUses, ApiKeyVerificationService, ApiKeyIssuingService],
  exports: [ApiKeysRepository, ApiKeyCache, ApiKeyVerificationService, ApiKeyIssuingService],
})
export class ApiKeysModule {}
