import { Module } from '@nestjs/common';
import { AuditLogModule } from '../audit-log/audit-log.module.js';
import { CountriesModule } from '../../platform/geoip/countries.module.js';
import { NotificationsModule } from '../../mail/notifications/notifications.module.js';
import { UsersModule } from '../../users/users.module.js';
import { RiskMailService } from './risk-mail.service.js';
import { RiskRepository } from './risk.repository.js';
import { RiskService } from './risk.service.js';

/** Detects logins and refreshes that another person may have made. */
@Module({
  imports: [AuditLogModule, CountriesModule, NotificationsModule, UsersModule],
  providers: [RiskService, RiskMailService, RiskRepository],
  exports: [RiskService],
})
export class RiskModule {}
