import { Module } from '@nestjs/common';
import { WebhooksModule } from '../../security/events/webhooks.module.js';
import { MailModule } from '../../mail/mail.module.js';
import { PasswordsModule } from '../../security/passwords/passwords.module.js';
import { FederationModule } from '../../platform/federation/federation.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { UsersModule } from '../../users/users.module.js';
import { ErasureMetricsService } from './erasure-metrics.service.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsRegistry } from './metrics-registry.js';
import { MetricsServer } from './metrics-server.js';
import { OutboxMetricsService } from './outbox-metrics.service.js';
import { ProcessMetricsService } from './process-metrics.service.js';
import { TokenHookMetricsService } from './token-hook-metrics.service.js';
import { RevocationMetricsService } from './revocation-metrics.service.js';
import { WebhookMetricsService } from './webhook-metrics.service.js';
import { ReplicaMetricsService } from './replica-metrics.service.js';

/**
 * Metrics for Prometheus. This module reads them from the other modules, which do not depend on it.
 */
@Module({
  imports: [FederationModule, MailModule, PasswordsModule, SessionsModule, UsersModule, WebhooksModule],
  controllers: [MetricsController],
  providers: [
    MetricsRegistry,
    MetricsServer,
    ProcessMetricsService,
    OutboxMetricsService,
    ErasureMetricsService,
    ReplicaMetricsService,
    WebhookMetricsService,
    RevocationMetricsService,
    TokenHookMetricsService,
  ],
})
export class MetricsModule {}
