import { Module } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { Counters } from './counters.js';
import { GuessBudgetService } from './guess-budget.service.js';
import { IpLimitsService } from './ip-limits.service.js';
import { Limiters } from './limiters.js';
import { LoginIdChoicesService } from './login-id-choices.service.js';
import { LoginFailuresRepository } from './login-failures.repository.js';
import { LoginThrottleService } from './login-throttle.service.js';
import { MailBudgetService } from './mail-budget.service.js';
import { PostgresCounters } from './postgres-counters.js';

/**
 * All limits. Replicas share them through PostgreSQL, or through Redis where it is configured. The
 * failures of {@link LoginThrottleService} are always in PostgreSQL.
 */
@Module({
  providers: [
    PostgresCounters,
    {
      provide: Counters,
      useFactory: async ({ env }: AppConfig, postgres: PostgresCounters): Promise<Counters> => {
        if (env.REDIS_URL === undefined) return postgres;
        // Load the client only where Redis is configured.
        const { RedisCounters } = await import('./redis-counters.js');
        return new RedisCounters(env.REDIS_URL, postgres);
      },
      inject: [AppConfig, PostgresCounters],
    },
    Limiters,
    IpLimitsService,
    MailBudgetService,
    GuessBudgetService,
    LoginIdChoicesService,
    LoginFailuresRepository,
    LoginThrottleService,
  ],
  exports: [IpLimitsService, MailBudgetService, GuessBudgetService, LoginIdChoicesService, LoginThrottleService],
})
export class RateLimitsModule {}
