import { Module } from '@nestjs/common';
import { PurgeService } from './purge.service.js';

/** Jobs that keep the tables small. */
@Module({ providers: [PurgeService] })
export class MaintenanceModule {}
