import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { MailRenderer } from '../../mail/templates/mail-renderer.js';
import { MAIL_SAMPLES } from '../../mail/templates/mail-samples.js';
import { isMailTemplateName } from '../../mail/templates/mail-template-fields.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { isMailLocale, type MailLocale } from '../../platform/i18n/mail-locale.js';

/**
 * Mails have inline styles, load nothing and run no script. The list of mails and the console show
 * them in frames.
 */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
  'x-frame-options': 'SAMEORIGIN',
  'cache-control': 'no-store',
};

/** Answers with mails that are filled with sample data. */
@Injectable()
export class MailPreview {
  constructor(private readonly renderer: MailRenderer) {}

  get locales(): readonly MailLocale[] {
    return this.renderer.locales;
  }

  /** Sets the headers of a page of the preview. */
  prepare(reply: FastifyReply, type: 'html' | 'plain' = 'html'): void {
    reply.headers(HEADERS).type(`text/${type}; charset=utf-8`);
  }

  /** @throws DomainError `not_found` */
  show(template: string, locale: string, part: string, reply: FastifyReply): string {
    if (!isMailTemplateName(template) || !isMailLocale(locale) || (part !== 'html' && part !== 'text'))
      throw new DomainError('not_found');
    const { subject, html, text } = this.renderer.render(template, locale, MAIL_SAMPLES[template]);
    this.prepare(reply, part === 'html' ? 'html' : 'plain');
    return part === 'html' ? this.withLogo(html) : `Subject: ${subject}\n\n${text}`;
  }

  /** Mail programs resolve the content id; browsers cannot. */
  private withLogo(html: string): string {
    const { logo } = this.renderer;
    return logo === null
      ? html
      : html.replaceAll(`cid:${logo.cid}`, `data:image/png;base64,${logo.content.toString('base64')}`);
  }
}
