import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { EventConsumersRepository } from './log/event-consumers.repository.js';
import { EventRecordingService } from './log/event-recording.service.js';
import { EventsRepository } from './log/events.repository.js';

/** Events for the product's own backend: written with their cause, read in the order of the log. */
@Module({
  imports: [UsersModule],
  providers: [EventRecordingService, EventConsumersRepository, EventsRepository],
  exports: [EventRecordingService, EventConsumersRepository, EventsRepository],
})
export class EventsModule {}
