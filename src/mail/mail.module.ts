import { MailerModule } from '@nestjs-modules/mailer';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../platform/config/app-config.js';
import { MailDelivery } from './delivery/mail-delivery.js';
import { MailWorker } from './delivery/mail-worker.js';
import { mailerOptions } from './delivery/mailer-options.js';
import { MailService } from './mail.service.js';
import { OutboxBacklogRepository } from './outbox/outbox-backlog.repository.js';
import { MailCountsRepository } from './outbox/mail-counts.repository.js';
import { OutboxFailuresRepository } from './outbox/outbox-failures.repository.js';
import { OutboxFailuresService } from './outbox/outbox-failures.service.js';
import { OutboxInspectionRepository } from './outbox/outbox-inspection.repository.js';
import { OutboxInspectionService } from './outbox/outbox-inspection.service.js';
import { OutboxMessage } from './outbox/outbox-message.entity.js';
import { OutboxRepository } from './outbox/outbox.repository.js';
import { MailTemplateAdapter } from './templates/mail-template-adapter.js';
import { MailTemplatesModule } from './templates/mail-templates.module.js';

/** Mail: written to the outbox in the transaction that causes it, sent later by the dispatcher. */
@Module({
  imports: [
    MailerModule.forRootAsync({
      imports: [MailTemplatesModule],
      inject: [AppConfig, MailTemplateAdapter],
      useFactory: (config: AppConfig, adapter: MailTemplateAdapter) => mailerOptions(config, adapter),
    }),
    TypeOrmModule.forFeature([OutboxMessage]),
  ],
  providers: [
    MailService,
    OutboxRepository,
    OutboxInspectionRepository,
    OutboxInspectionService,
    OutboxBacklogRepository,
    MailCountsRepository,
    OutboxFailuresRepository,
    OutboxFailuresService,
    MailDelivery,
    MailWorker,
  ],
  exports: [
    MailService,
    MailDelivery,
    OutboxInspectionService,
    OutboxBacklogRepository,
    OutboxFailuresService,
    MailCountsRepository,
  ],
})
export class MailModule {}
