import { Module } from '@nestjs/common';
import { CountriesModule } from '../../platform/geoip/countries.module.js';
import { SecurityEventPartitionsRepository } from './security-event-partitions.repository.js';
import { SecurityEventsRepository } from './security-events.repository.js';
import { SecurityEventsService } from './security-events.service.js';
import { TimelineController } from '../../account/security-activity/security-activity.controller.js';
import { TimelineService } from '../../account/security-activity/security-activity.service.js';

/** What happened, to whom, from where. */
@Module({
  imports: [CountriesModule],
  controllers: [TimelineController],
  providers: [SecurityEventsService, SecurityEventsRepository, SecurityEventPartitionsRepository, TimelineService],
  exports: [SecurityEventsService, SecurityEventsRepository, SecurityEventPartitionsRepository],
})
export class AuditModule {}
