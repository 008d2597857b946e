import { Controller, Get, Headers, HttpStatus, Param, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../platform/http/public.decorator.js';
import { AppConfig } from '../platform/config/app-config.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { LOCALES, negotiateLocale, type Locale } from '../platform/i18n/locale.js';
import { PageAssets } from './page-assets.js';
import { PAGE_HEADERS, wantsPage } from './page-headers.js';
import { PageRenderer } from './page-renderer.js';
import { sendAsset } from './send-asset.js';

/**
 * Serves the built-in pages. There are only GET routes and they change nothing, because mail
 * scanners open links, too. The secret of a mailed link is in the URL fragment, which browsers do
 * not send to the server.
 */
@Public()
@ApiExcludeController()
@Controller('pages')
export class PagesController {
  constructor(
    private readonly config: AppConfig,
    private readonly renderer: PageRenderer,
    private readonly assets: PageAssets,
  ) {}

  @Get(':page')
  page(
    @Param('page') page: string,
    @Query('lang') lang: unknown,
    @Headers('accept') accept: string | undefined,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    const requested: Locale | undefined = LOCALES.find((locale) => locale === lang);
    const locale = requested ?? negotiateLocale(acceptLanguage, this.config.defaultLocale);
    const found = this.renderer.render(page, locale);
    const html = found ?? (wantsPage(accept) ? this.renderer.renderNotFound(locale) : null);
    if (html === null) throw new DomainError('not_found');
    if (found === null) reply.status(HttpStatus.NOT_FOUND);
    reply.headers(PAGE_HEADERS).header('content-language', locale).type('text/html; charset=utf-8');
    return html;
  }

  @Get('assets/:file')
  async asset(
    @Param('file') file: string,
    @Headers('if-none-match') cachedEtag: string | undefined,
    @Headers('accept-encoding') encodings: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const asset = this.assets.find(file) ?? (await this.assets.findStrength(file));
    if (asset === null) throw new DomainError('not_found');
    return sendAsset(reply, asset, { cachedEtag, encodings });
  }
}
