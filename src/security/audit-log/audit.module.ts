import { Module } from '@nestjs/common';
import { SecurityEventPartitionsRepository } from './security-event-partitions.repository.js';
import { SecurityEventsRepository } from './security-events.repository.js';
import { SecurityEventsService } from './security-events.service.js';

/** What happened, to whom, from where. */
@Module({
  providers: [SecurityEventsService, SecurityEventsRepository, SecurityEventPartitionsRepository],
  exports: [SecurityEventsService, SecurityEventsRepository, SecurityEventPartitionsRepository],
})
export class AuditModule {}
