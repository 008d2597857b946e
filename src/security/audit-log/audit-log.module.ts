import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { SecurityEventPartitionsRepository } from './security-event-partitions.repository.js';
import { EventCountsRepository } from './event-counts.repository.js';
import { LastEventsRepository } from './last-events.repository.js';
import { SecurityEventsRepository } from './security-events.repository.js';
import { AuditLogService } from './audit-log.service.js';
import { PersonDigests } from './person-digests.js';

/** The log of security events: what happened, to which member, from where. */
@Module({
  imports: [EventsModule],
  providers: [
    AuditLogService,
    PersonDigests,
    EventCountsRepository,
    LastEventsRepository,
    SecurityEventsRepository,
    SecurityEventPartitionsRepository,
  ],
  exports: [
    AuditLogService,
    EventCountsRepository,
    LastEventsRepository,
    SecurityEventsRepository,
    SecurityEventPartitionsRepository,
  ],
})
export class AuditLogModule {}
