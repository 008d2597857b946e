import { Module } from '@nestjs/common';
import { ScheduleModule, type ScheduleModuleAsyncOptions } from '@nestjs/schedule';
import { AccountModule } from './account/account.module.js';
import { AdminModule } from './admin/admin.module.js';
import { AuthModule } from './auth/auth.module.js';
import { LoginDiagnosisModule } from './auth/login-diagnosis/login-diagnosis.module.js';
import { AppConfig } from './platform/config/app-config.js';
import { ConfigModule } from './platform/config/config.module.js';
import { SCHEMA } from './bootstrap/data-source.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { HealthModule } from './operations/health/health.module.js';
import { MaintenanceModule } from './operations/maintenance/maintenance.module.js';
import { MetricsModule } from './operations/metrics/metrics.module.js';
import { PagesModule } from './pages/pages.module.js';
import { EventsDoorModule } from './integrations/events/events-door.module.js';
import { ApiKeysDoorModule } from './integrations/api-keys/api-keys-door.module.js';
import { RevocationStreamModule } from './integrations/revocation-stream/revocation-stream.module.js';
import { SocialNotificationsModule } from './integrations/social-notifications/social-notifications.module.js';
import { KeyRotationModule } from './operations/key-rotation/key-rotation.module.js';
import { MailPreviewModule } from './operations/mail-preview/mail-preview.module.js';

/** Scheduled jobs run only in worker processes. */
const JOBS: ScheduleModuleAsyncOptions = {
  inject: [AppConfig],
  useFactory: ({ env }: AppConfig) => ({
    intervals: env.WORKER_ENABLED,
    cronJobs: env.WORKER_ENABLED,
    timeouts: env.WORKER_ENABLED,
  }),
};

/**
 * The modules with HTTP routes or scheduled jobs. Each of them imports the modules that it depends
 * on.
 */
@Module({
  imports: [
    ...[ConfigModule, DatabaseModule.forRoot(SCHEMA), ScheduleModule.forRootAsync(JOBS)],
    ...[AuthModule, LoginDiagnosisModule, AccountModule, AdminModule, PagesModule],
    ...[ApiKeysDoorModule, RevocationStreamModule, EventsDoorModule, SocialNotificationsModule],
    ...[HealthModule, MetricsModule, MaintenanceModule, KeyRotationModule, MailPreviewModule],
  ],
})
export class AppModule {}
