import { Module } from '@nestjs/common';
import { MailTemplatesModule } from '../../mail/templates/mail-templates.module.js';
import { MailPreviewController } from './mail-preview.controller.js';

/** Shows every mail in a browser, outside production. */
@Module({ imports: [MailTemplatesModule], controllers: [MailPreviewController] })
export class MailPreviewModule {}
