import { Module } from '@nestjs/common';
import { AdministratorsModule } from '../../mfa/administrators/administrators.module.js';
import { PageCursors } from '../../platform/http/page-cursors.js';
import { ApiKeysModule } from '../../security/api-keys/api-keys.module.js';
import { ApiKeyAdministrationService } from './api-key-administration.service.js';
import { ApiKeysController } from './api-keys.controller.js';

/** The administration of API keys. */
@Module({
  imports: [AdministratorsModule, ApiKeysModule],
  controllers: [ApiKeysController],
  providers: [ApiKeyAdministrationService, PageCursors],
})
export class ApiKeysDoorModule {}
