import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { Public } from '../../platform/http/public.decorator.js';
import { MailPreview } from './mail-preview.js';

/**
 * Shows mails in frames of the console. Public, because a frame sends no token. This exposes no
 * secret: a response holds only the words of a mail and sample data (AC-63).
 */
@Public()
@ApiExcludeController()
@Controller('pages/admin/mails')
export class ConsoleMailsController {
  constructor(
    private readonly config: AppConfig,
    private readonly preview: MailPreview,
  ) {}

  @Get(':template/:locale/:part')
  mail(
    @Param('template') template: string,
    @Param('locale') locale: string,
    @Param('part') part: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    if (!this.config.env.ADMIN_CONSOLE) throw new DomainError('not_found');
    return this.preview.show(template, locale, part, reply);
  }
}
