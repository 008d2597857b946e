import { Module } from '@nestjs/common';
import { MailerModule, type MailerOptions } from '@nestjs-modules/mailer';
import { AppConfig } from '../config/app-config.js';
import { MailRenderer } from './mail-renderer.js';
import { MailService } from './mail.service.js';
import { OutboxBacklogRepository } from './outbox-backlog.repository.js';
import { OutboxDispatcher } from './outbox-dispatcher.js';
import { OutboxInspectionRepository } from './outbox-inspection.repository.js';
import { OutboxInspectionService } from './outbox-inspection.service.js';
import { OutboxRepository } from './outbox.repository.js';
import { smtpTransport } from './smtp-transport.js';

/** Mail: written into the outbox with its cause, sent by the dispatcher. */
@Module({
  imports: [
    MailerModule.forRootAsync({
      imports: [],
      inject: [AppConfig],
      useFactory: ({ env }: AppConfig): MailerOptions => ({
        // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- the library's type names packages that are not installed
        transport: smtpTransport(env) as MailerOptions['transport'],
        defaults: { from: env.MAIL_FROM } as MailerOptions['defaults'],
      }),
    }),
  ],
  providers: [
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
    OutboxDispatcher,
  ],
  exports: [MailService, OutboxInspectionService, OutboxBacklogRepository],
})
export class MailModule {}
