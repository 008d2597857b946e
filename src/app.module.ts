import { Module } from '@nestjs/common';
import { ScheduleModule, type ScheduleModuleAsyncOptions } from '@nestjs/schedule';
import { AccountModule } from './account/account.module.js';
import { AdminModule } from './admin/admin.module.js';
import { AuditModule } from './security/audit-log/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { AppConfig } from './platform/config/app-config.js';
import { ConfigModule } from './platform/config/config.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { HealthModule } from './operations/health/health.module.js';
import { MailModule } from './mail/mail.module.js';
import { MaintenanceModule } from './operations/maintenance/maintenance.module.js';
import { MetricsModule } from './operations/metrics/metrics.module.js';
import { PagesModule } from './pages/pages.module.js';
import { PasskeysModule } from './mfa/passkeys/passkeys.module.js';
import { ReauthenticationModule } from './sessions/reauthentication/reauthentication.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { TokensModule } from './platform/crypto/tokens/tokens.module.js';
import { TwoFactorModule } from './mfa/two-factor.module.js';
import { UsersModule } from './users/users.module.js';
import { VerificationModule } from './verification/verification.module.js';

/** Jobs run where the worker does. */
const JOBS: ScheduleModuleAsyncOptions = {
  inject: [AppConfig],
  useFactory: ({ env }: AppConfig) => ({
    intervals: env.WORKER_ENABLED,
    cronJobs: env.WORKER_ENABLED,
    timeouts: env.WORKER_ENABLED,
  }),
};

/** The list of modules. */
@Module({
  imports: [
    ...[ConfigModule, DatabaseModule, ScheduleModule.forRootAsync(JOBS), HealthModule],
    ...[MailModule, AuditModule, UsersModule, VerificationModule, TokensModule, SessionsModule, AuthModule],
    ...[ReauthenticationModule, PasskeysModule, TwoFactorModule, AccountModule, AdminModule],
    ...[PagesModule, MaintenanceModule, MetricsModule],
  ],
})
export class AppModule {}
