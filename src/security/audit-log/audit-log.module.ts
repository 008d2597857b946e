import { Module } from '@nestjs/common';
import { EventsModule } from '../../events/events.module.js';
import { SecurityEventPartitionsRepository } from './security-event-partitions.repository.js';
import { LastEventsRepository } from './last-events.repository.js';
import { SecurityEventsRepository } from './security-events.repository.js';
import { AuditLogService } from './audit-log.service.js';

/** The log of security events: what happened, to which member, from where. */
@Module({
  imports: [EventsModule],
  providers: [AuditLogService, LastEventsRepository, SecurityEventsRepository, SecurityEventPartitionsRepository],
  exports: [AuditLogService, LastEventsRepository, SecurityEventsRepository, SecurityEventPartitionsRepository],
})
export class AuditLogModule {}
