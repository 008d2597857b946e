import { Module } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { MailRenderer } from './mail-renderer.js';
import { MailTemplateAdapter } from './mail-template-adapter.js';

/** Renders mails, for sending and for the preview. */
@Module({
  providers: [
    {
      provide: MailRenderer,
      useFactory: ({ env }: AppConfig) => new MailRenderer({ productName: env.PRODUCT_NAME }),
      inject: [AppConfig],
    },
    MailTemplateAdapter,
  ],
  exports: [MailRenderer, MailTemplateAdapter],
})
export class MailTemplatesModule {}
