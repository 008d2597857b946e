import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { Public } from '../../platform/http/public.decorator.js';
import { LOCALES, negotiateLocale } from '../../platform/i18n/locale.js';
import { CONSOLE_HEADERS } from '../page-headers.js';
import { PageRenderer } from '../page-renderer.js';
import { sendAsset } from '../send-asset.js';
import type { Console } from './console.js';

/**
 * Serves the console of administrators while ADMIN_CONSOLE is on. Public, because the page holds no
 * data: its scripts call the administration API, which checks who asks (AC-40).
 */
@Public()
@ApiExcludeController()
@Controller('pages')
export class ConsoleController {
  private loaded: Promise<Console> | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly renderer: PageRenderer,
  ) {}

  @Get('admin')
  async page(
    @Query('lang') lang: unknown,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { render } = await this.console();
    const requested = LOCALES.find((locale) => locale === lang);
    const locale = requested ?? negotiateLocale(acceptLanguage, this.config.defaultLocale);
    reply.headers(CONSOLE_HEADERS).header('content-language', locale).type('text/html; charset=utf-8');
    return render(locale);
  }

  @Get('assets/admin/:file')
  async asset(
    @Param('file') file: string,
    @Headers('if-none-match') cachedEtag: string | undefined,
    @Headers('accept-encoding') encodings: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const asset = (await this.console()).assets.get(file);
    if (asset === undefined) throw new DomainError('not_found');
    return sendAsset(reply, asset, { cachedEtag, encodings });
  }

  /**
   * Loads the console with its first visit, so that it costs nothing while it is off or unused.
   * @throws DomainError `not_found` while it is off
   */
  private async console(): Promise<Console> {
    if (!this.config.env.ADMIN_CONSOLE) throw new DomainError('not_found');
    this.loaded ??= this.load();
    return this.loaded.catch((error: unknown) => {
      this.loaded = undefined; // such as with too many open files: the next request tries again
      throw error;
    });
  }

  private async load(): Promise<Console> {
    const { loadConsole } = await import('./console.js');
    return loadConsole(this.renderer, { login: this.config.isPageServed('login') });
  }
}
