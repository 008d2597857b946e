import { Module } from '@nestjs/common';
import { MailModule } from '../../mail/mail.module.js';
import { ApiKeysModule } from '../../security/api-keys/api-keys.module.js';
import { AuditLogModule } from '../../security/audit-log/audit-log.module.js';
import { UsersModule } from '../../users/users.module.js';
import { VerificationModule } from '../verification.module.js';
import { InvitationsRepository } from './invitations.repository.js';
import { InvitationsService } from './invitations.service.js';
import { InvitersService } from './inviters.service.js';

/** Invitations: sent by administrators, accepted by the owners of mailboxes. */
@Module({
  imports: [ApiKeysModule, AuditLogModule, MailModule, UsersModule, VerificationModule],
  providers: [InvitationsRepository, InvitationsService, InvitersService],
  exports: [InvitationsRepository, InvitationsService, InvitersService],
})
export class InvitationsModule {}
