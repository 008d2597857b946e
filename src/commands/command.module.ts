import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ConfigModule } from '../config/config.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { NoticesModule } from '../notices/notices.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { UsersModule } from '../users/users.module.js';
import { RestoreService } from '../maintenance/restore.service.js';
import { ResealingService } from '../two-factor/resealing.service.js';
import { SealedValuesRepository } from '../two-factor/sealed-values.repository.js';
import { AdminCreationService } from './admin-creation.service.js';

/** What commands need of the application. It is made without HTTP, so none of its controllers can be reached. */
@Module({
  imports: [ConfigModule, DatabaseModule, AuditModule, NoticesModule, PasswordsModule, UsersModule],
  providers: [AdminCreationService, RestoreService, SealedValuesRepository, ResealingService],
})
export class CommandModule {}
