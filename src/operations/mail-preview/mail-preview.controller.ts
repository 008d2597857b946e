import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../platform/http/public.decorator.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { MailPreview } from './mail-preview.js';
import { MAIL_TEMPLATE_NAMES } from '../../mail/templates/mail-template-fields.js';

/** Shows every mail template with sample data in the browser. Answers 404 outside of development. */
@Public()
@ApiExcludeController()
@Controller('dev/mails')
export class MailPreviewController {
  constructor(
    private readonly config: AppConfig,
    private readonly preview: MailPreview,
  ) {}

  /** All mails in all languages. */
  @Get()
  list(@Res({ passthrough: true }) reply: FastifyReply): string {
    this.requireDevelopment();
    this.preview.prepare(reply);
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mails</title>
<style>
:root { color-scheme: light dark; }
body { margin: 24px; font: 16px/1.5 system-ui, sans-serif; }
.mails { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); gap: 16px; }
iframe { width: 100%; height: 640px; border: 1px solid gray; border-radius: 8px; }
h2 { margin: 32px 0 8px; }
</style>
</head>
<body>
<h1>Mails</h1>
<p>Sample data, in development only. The dark theme follows your system.</p>
${MAIL_TEMPLATE_NAMES.map((template) => section(template, this.preview.locales)).join('\n')}
</body>
</html>`;
  }

  @Get(':template/:locale/:part')
  mail(
    @Param('template') template: string,
    @Param('locale') locale: string,
    @Param('part') part: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    this.requireDevelopment();
    return this.preview.show(template, locale, part, reply);
  }

  private requireDevelopment(): void {
    if (this.config.env.NODE_ENV !== 'development') throw new DomainError('not_found');
  }
}

function section(template: string, locales: readonly MailLocale[]): string {
  const frames = locales.flatMap((locale) =>
    ['html', 'text'].map((part) => {
      const address = `mails/${template}/${locale}/${part}`;
      return `<div><a href="${address}">${locale} ${part}</a><iframe loading="lazy" sandbox title="${template} ${locale} ${part}" src="${address}"></iframe></div>`;
    }),
  );
  return `<h2 id="${template}">${template}</h2>\n<div class="mails">${frames.join('')}</div>`;
}
