import { Module } from '@nestjs/common';
import { MailTemplatesModule } from '../../mail/templates/mail-templates.module.js';
import { ConsoleMailsController } from './console-mails.controller.js';
import { MailPreview } from './mail-preview.js';
import { MailPreviewController } from './mail-preview.controller.js';

/** Preview of all mails in the browser: for developers, and in the console. */
@Module({
  imports: [MailTemplatesModule],
  controllers: [MailPreviewController, ConsoleMailsController],
  providers: [MailPreview],
})
export class MailPreviewModule {}
