import type { MailerOptions } from '@nestjs-modules/mailer';
import { Injectable } from '@nestjs/common';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { MailRenderer, type RenderedMail } from './mail-renderer.js';
import type { MailTemplateName, MailTemplates } from './mail-template.js';

/** The template engine's interface in @nestjs-modules/mailer, which the package does not export. */
type TemplateAdapter = NonNullable<NonNullable<MailerOptions['template']>['adapter']>;

/** The parts of a nodemailer message that `MailerService.sendMail` passes on from its options. */
export interface TemplatedMessage {
  data: {
    template: MailTemplateName;
    locale: MailLocale;
    context: MailTemplates[MailTemplateName];
  } & Partial<RenderedMail>;
}

/** Inline, so that mail programs do not list the logo as an attachment. */
const logoPart = { filename: 'logo.png', contentType: 'image/png', contentDisposition: 'inline' } as const;

/** A mail that cannot be rendered. Another attempt would fail the same way. */
export class MailRenderingError extends Error {}

/**
 * Template engine of `MailerService`. Used in place of the library's Handlebars adapter, which
 * shares its partials between all languages and renders only the HTML, not subject and text.
 */
@Injectable()
export class MailTemplateAdapter implements TemplateAdapter {
  constructor(private readonly renderer: MailRenderer) {}

  compile({ data }: TemplatedMessage, callback: (error?: Error) => void): void {
    try {
      const { logo } = this.renderer;
      const attachments = logo === null ? [] : [{ ...logoPart, cid: logo.cid, content: logo.content }];
      Object.assign(data, this.renderer.render(data.template, data.locale, data.context), { attachments });
    } catch (error) {
      return callback(new MailRenderingError((error as Error).message, { cause: error }));
    }
    callback();
  }
}
