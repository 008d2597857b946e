import { Module } from '@nestjs/common';
import { MailTemplatesModule } from '../../mail/templates/mail-templates.module.js';
import { MailPreviewController } from './mail-preview.controller.js';

/** Preview of all mails in the browser, in development only. */
@Module({ imports: [MailTemplatesModule], controllers: [MailPreviewController] })
export class MailPreviewModule {}
