import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { EventConsumersRepository } from './log/event-consumers.repository.js';
import { EventRecordingService } from './log/event-recording.service.js';
import { EventsRepository } from './log/events.repository.js';
import { WebhookSecretReEncryption } from './webhooks/webhook-secret-re-encryption.service.js';
import { WebhookSecrets } from './webhooks/webhook-secrets.js';
import { WebhooksRepository } from './webhooks/webhooks.repository.js';

const providers = [
  ...[EventRecordingService, EventConsumersRepository, EventsRepository],
  ...[WebhooksRepository, WebhookSecrets, WebhookSecretReEncryption],
];

/** Events for the product's own backend: written with their cause, read in the order of the log. */
@Module({
  imports: [UsersModule],
  providers,
  exports: providers,
})
export class EventsModule {}
