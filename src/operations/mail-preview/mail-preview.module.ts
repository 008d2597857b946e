import { Module } from '@nestjs/common';
import { MailModule } from '../../mail/mail.module.js';
import { MailPreviewController } from './mail-preview.controller.js';

/** Shows every mail in a browser, outside production. */
@Module({ imports: [MailModule], controllers: [MailPreviewController] })
export class MailPreviewModule {}
