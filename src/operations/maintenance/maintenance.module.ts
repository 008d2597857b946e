import { Module } from '@nestjs/common';
import { EventsModule } from '../../security/events/events.module.js';
import { FederationModule } from '../../platform/federation/federation.module.js';
import { MailModule } from '../../mail/mail.module.js';
import { AuditLogModule } from '../../security/audit-log/audit-log.module.js';
import { UsersModule } from '../../users/users.module.js';
import { InvitationsModule } from '../../verification/invitations/invitations.module.js';
import { AccountErasureService } from './account-erasure.service.js';
import { ConsentRemindersService } from './consent-reminders.service.js';
import { ErasedPermissionsService } from './erased-permissions.service.js';
import { ErasedSignUpsRepository } from './erased-sign-ups.repository.js';
import { ErasedTracesService } from './erased-traces.service.js';
import { EventPartitionsService } from './event-partitions.service.js';
import { PurgeService } from './purge.service.js';

/** Scheduled jobs that delete expired data, remind members of consents and maintain the partitions of the audit log. */
@Module({
  imports: [AuditLogModule, EventsModule, FederationModule, InvitationsModule, MailModule, UsersModule],
  providers: [
    PurgeService,
    EventPartitionsService,
    AccountErasureService,
    ErasedPermissionsService,
    ErasedSignUpsRepository,
    ErasedTracesService,
    ConsentRemindersService,
  ],
})
export class MaintenanceModule {}
