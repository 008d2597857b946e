import { Module } from '@nestjs/common';
import { AdministratorsModule } from '../../mfa/administrators/administrators.module.js';
import { EventsModule } from '../../security/events/events.module.js';
import { WebhooksModule } from '../../security/events/webhooks.module.js';
import { PageCursors } from '../../platform/http/page-cursors.js';
import { AuditLogModule } from '../../security/audit-log/audit-log.module.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveryAdministrationService } from './delivery-administration.service.js';
import { EventLogController } from './event-log.controller.js';
import { EventLogService } from './event-log.service.js';
import { WebhookAdministrationService } from './webhook-administration.service.js';
import { WebhooksController } from './webhooks.controller.js';

/** The event log and the administration of webhooks. */
@Module({
  imports: [AdministratorsModule, AuditLogModule, EventsModule, WebhooksModule],
  controllers: [EventLogController, WebhooksController, DeliveriesController],
  providers: [EventLogService, WebhookAdministrationService, DeliveryAdministrationService, PageCursors],
})
export class EventsDoorModule {}
