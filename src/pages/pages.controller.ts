import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../access/public.decorator.js';
import { AppConfig } from '../config/app-config.js';
import { DomainError } from '../errors/domain-error.js';
import { LOCALES, negotiateLocale, type Locale } from '../i18n/locale.js';
import { PageAssets } from './page-assets.js';
import { PAGE_HEADERS } from './page-headers.js';
import { PAGE_NAMES, PageRenderer } from './page-renderer.js';

/**
 * Serves the pages behind mailed links.
 * GET only, and no GET changes anything: mail scanners open links too. The secret of a link stands in the fragment,
 * which a browser never sends.
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
    @Param('page') name: string,
    @Query('lang') lang: unknown,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    const page = PAGE_NAMES.find((known) => known === name);
    if (page === undefined) throw new DomainError('not_found');
    const chosen: Locale | undefined = LOCALES.find((locale) => locale === lang);
    const locale = chosen ?? negotiateLocale(acceptLanguage, this.config.defaultLocale);
    reply.headers(PAGE_HEADERS).header('content-language', locale).type('text/html; charset=utf-8');
    return this.renderer.render(page, locale);
  }

  @Get('assets/:file')
  asset(@Param('file') file: string, @Res({ passthrough: true }) reply: FastifyReply): string {
    const asset = this.assets.find(file);
    if (asset === null) throw new DomainError('not_found');
    reply.headers(PAGE_HEADERS).type(asset.contentType);
    return asset.content;
  }
}
