import { Module } from '@nestjs/common';
import { AuditModule } from '../security/audit-log/audit.module.js';
import { ConfigModule } from '../platform/config/config.module.js';
import { DatabaseModule } from '../platform/database/database.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { PasswordsModule } from '../security/passwords/passwords.module.js';
import { UsersModule } from '../users/users.module.js';
import { RestoreService } from '../operations/maintenance/restore.service.js';
import { ResealingService } from '../operations/key-rotation/re-encryption.service.js';
import { SealedValuesRepository } from '../mfa/encrypted-values.repository.js';
import { SCHEMA } from './data-source.js';
import { AdminCreationService } from '../operations/commands/admin-creation.service.js';

/** What commands need of the application. It is made without HTTP, so none of its controllers can be reached. */
@Module({
  imports: [
    ConfigModule,
    DatabaseModule.forRoot(SCHEMA),
    AuditModule,
    VerificationModule,
    PasswordsModule,
    UsersModule,
  ],
  providers: [AdminCreationService, RestoreService, SealedValuesRepository, ResealingService],
})
export class CommandModule {}
