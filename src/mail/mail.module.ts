import { Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { MailDelivery } from './mail-delivery.js';
import { MailPreviewController } from './mail-preview.controller.js';
import { MailRenderer } from './mail-renderer.js';
import { MailService } from './mail.service.js';
import { OutboxBacklogRepository } from './outbox-backlog.repository.js';
import { OutboxDispatcher } from './outbox-dispatcher.js';
import { OutboxInspectionRepository } from './outbox-inspection.repository.js';
import { OutboxInspectionService } from './outbox-inspection.service.js';
import { OutboxRepository } from './outbox.repository.js';
import { createSmtpTransport, SMTP_TRANSPORT } from './smtp-transport.js';

/** Mail: written into the outbox with its cause, sent by the dispatcher. */
@Module({
  controllers: [MailPreviewController],
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
  exports: [MailService, MailDelivery, OutboxInspectionService, OutboxBacklogRepository],
})
export class MailModule {}
