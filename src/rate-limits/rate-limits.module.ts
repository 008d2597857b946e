import { Module } from '@nestjs/common';
import { GuessBudgetService } from './guess-budget.service.js';
import { IpLimitsService } from './ip-limits.service.js';
import { Limiters } from './limiters.js';
import { LoginThrottleService } from './login-throttle.service.js';
import { MailBudgetService } from './mail-budget.service.js';

/** Every limit, shared by all replicas through the database. */
@Module({
  providers: [Limiters, IpLimitsService, MailBudgetService, GuessBudgetService, LoginThrottleService],
  exports: [IpLimitsService, MailBudgetService, GuessBudgetService, LoginThrottleService],
})
export class RateLimitsModule {}
