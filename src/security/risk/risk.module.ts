import { Module } from '@nestjs/common';
import { AuditModule } from '../audit-log/audit.module.js';
import { CountriesModule } from '../../platform/geoip/countries.module.js';
import { NoticesModule } from '../../mail/notifications/notifications.module.js';
import { UsersModule } from '../../users/users.module.js';
import { RiskRepository } from './risk.repository.js';
import { RiskService } from './risk.service.js';

/** Logins and refreshes that look like somebody else's. */
@Module({
  imports: [AuditModule, CountriesModule, NoticesModule, UsersModule],
  providers: [RiskService, RiskRepository],
  exports: [RiskService],
})
export class RiskModule {}
