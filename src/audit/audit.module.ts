import { Module } from '@nestjs/common';
import { SecurityEventsService } from './security-events.service.js';

/** What happened, to whom, from where. */
@Module({ providers: [SecurityEventsService], exports: [SecurityEventsService] })
export class AuditModule {}
