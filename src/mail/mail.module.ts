import { Module } from '@nestjs/common';
import { MailerModule, type MailerOptions } from '@nestjs-modules/mailer';
import { AppConfig } from '../config/app-config.js';
import { MailPreviewController } from './mail-preview.controller.js';
import { MailRenderer } from './mail-renderer.js';
import { MailService } from './mail.service.js';
import { OutboxDispatcher } from './outbox-dispatcher.js';
import { OutboxRepository } from './outbox.repository.js';

/** Mail: written into the outbox with its cause, sent by the dispatcher. */
@Module({
  imports: [
    MailerModule.forRootAsync({
      imports: [],
      inject: [AppConfig],
      useFactory: ({ env }: AppConfig): MailerOptions => ({
        // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- the library's type names packages that are not installed
        transport: {
          url: env.SMTP_URL,
          pool: true,
          maxConnections: env.OUTBOX_CONCURRENCY,
          requireTLS: env.SMTP_REQUIRE_TLS,
          // Certificates are checked by default; a local inbox without TLS is spoken to in plain text.
          connectionTimeout: env.SMTP_TIMEOUT_SECONDS * 500,
          greetingTimeout: env.SMTP_TIMEOUT_SECONDS * 500,
          socketTimeout: env.SMTP_TIMEOUT_SECONDS * 1000,
        } as MailerOptions['transport'],
        defaults: { from: env.MAIL_FROM } as MailerOptions['defaults'],
      }),
    }),
  ],
  controllers: [MailPreviewController],
  providers: [
    {
      provide: MailRenderer,
      useFactory: ({ env }: AppConfig) => new MailRenderer({ productName: env.PRODUCT_NAME }),
      inject: [AppConfig],
    },
    MailService,
    OutboxRepository,
    OutboxDispatcher,
  ],
  exports: [MailService],
})
export class MailModule {}
