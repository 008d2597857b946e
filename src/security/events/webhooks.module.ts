import { Module } from '@nestjs/common';
import { EventsModule } from './events.module.js';
import { MailModule } from '../../mail/mail.module.js';
import { UsersModule } from '../../users/users.module.js';
import { DeliveryLanes } from './deliveries/delivery-lanes.js';
import { DeliveryListsRepository } from './deliveries/delivery-lists.repository.js';
import { EventDeliveriesRepository } from './deliveries/event-deliveries.repository.js';
import { WebhookDelivery } from './deliveries/webhook-delivery.js';
import { WebhookHealthService } from './deliveries/webhook-health.service.js';
import { WebhookRegistry } from './webhooks/webhook-registry.js';

/** Webhooks and the deliveries of events to them. */
@Module({
  imports: [EventsModule, MailModule, UsersModule],
  providers: [
    ...[EventDeliveriesRepository, DeliveryListsRepository],
    ...[WebhookHealthService, WebhookDelivery, DeliveryLanes, WebhookRegistry],
  ],
  exports: [EventDeliveriesRepository, DeliveryListsRepository, WebhookDelivery, WebhookRegistry],
})
export class WebhooksModule {}
