import { Module } from '@nestjs/common';
import { InvitationsModule } from '../verification/invitations/invitations.module.js';
import { ApiKeysModule } from '../security/api-keys/api-keys.module.js';
import { EventsModule } from '../security/events/events.module.js';
import { AuditLogModule } from '../security/audit-log/audit-log.module.js';
import { ConfigModule } from '../platform/config/config.module.js';
import { DatabaseModule } from '../platform/database/database.module.js';
import { ProviderGrantReEncryption } from '../platform/federation/provider-grant-re-encryption.service.js';
import { ProviderGrantsRepository } from '../platform/federation/provider-grants.repository.js';
import { ProviderGrantsService } from '../platform/federation/provider-grants.service.js';
import { ProviderRevocationsRepository } from '../platform/federation/revocations/provider-revocations.repository.js';
import { VerificationModule } from '../verification/verification.module.js';
import { PasswordsModule } from '../security/passwords/passwords.module.js';
import { UsersModule } from '../users/users.module.js';
import { RestoreService } from '../operations/maintenance/restore.service.js';
import { ReEncryptionService } from '../operations/key-rotation/re-encryption.service.js';
import { EncryptedValuesRepository } from '../mfa/encrypted-values.repository.js';
import { SCHEMA } from './data-source.js';
import { AdminCreationService } from '../operations/commands/admin-creation.service.js';

/**
 * The services of all commands but `munjigi members`, which has {@link MemberCommandModule}. The
 * application is created without HTTP, so no controller is reachable.
 */
@Module({
  imports: [
    ConfigModule,
    DatabaseModule.forRoot(SCHEMA),
    ApiKeysModule,
    AuditLogModule,
    EventsModule,
    InvitationsModule,
    VerificationModule,
    PasswordsModule,
    UsersModule,
  ],
  providers: [
    ...[AdminCreationService, RestoreService, EncryptedValuesRepository, ReEncryptionService],
    // Without FederationModule, of which commands need only these.
    ...[ProviderGrantReEncryption, ProviderGrantsRepository, ProviderGrantsService, ProviderRevocationsRepository],
  ],
})
export class CommandModule {}
