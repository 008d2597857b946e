import { Module } from '@nestjs/common';
import { AppConfig } from '../platform/config/app-config.js';
import { MailDelivery } from './delivery/mail-delivery.js';
import { MailRenderer } from './templates/mail-renderer.js';
import { MailService } from './mail.service.js';
import { OutboxBacklogRepository } from './outbox/outbox-backlog.repository.js';
import { OutboxDispatcher } from './outbox/outbox-dispatcher.js';
import { OutboxInspectionRepository } from './outbox/outbox-inspection.repository.js';
import { OutboxInspectionService } from './outbox/outbox-inspection.service.js';
import { OutboxRepository } from './outbox/outbox.repository.js';
import { createSmtpTransport, SMTP_TRANSPORT } from './delivery/smtp-transport.js';

/** Mail: written into the outbox with its cause, sent by the dispatcher. */
@Module({
  providers: [
    {
      provide: SMTP_TRANSPORT,
      useFactory: ({ env }: AppConfig) => createSmtpTransport(env),
      inject: [AppConfig],
    },
    {
      provide: MailRenderer,
      useFactory: ({ env }: AppConfig) => new MailRenderer({ productName: env.PRODUCT_NAME }),
      inject: [AppConfig],
    },
    MailService,
    OutboxRepository,
    OutboxInspectionRepository,
    OutboxInspectionService,
    OutboxBacklogRepository,
    MailDelivery,
    OutboxDispatcher,
  ],
  exports: [MailService, MailDelivery, MailRenderer, OutboxInspectionService, OutboxBacklogRepository],
})
export class MailModule {}
