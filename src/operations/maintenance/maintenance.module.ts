import { Module } from '@nestjs/common';
import { AuditModule } from '../../security/audit-log/audit.module.js';
import { EventPartitionsService } from './event-partitions.service.js';
import { PurgeService } from './purge.service.js';

/** Jobs that keep the tables small. */
@Module({ imports: [AuditModule], providers: [PurgeService, EventPartitionsService] })
export class MaintenanceModule {}
