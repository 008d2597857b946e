import { Controller, Get, Headers, HttpStatus, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AppConfig } from '../platform/config/app-config.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { Public } from '../platform/http/public.decorator.js';
import { wantsPage } from './page-headers.js';

/**
 * Redirects browsers that open the bare address or `/pages` to APP_URL, else to the login page.
 * Programs, and browsers where there is neither, get the answer of an unknown path.
 */
@Public()
@ApiExcludeController()
@Controller()
export class HomeController {
  constructor(private readonly config: AppConfig) {}

  @Get(['', 'pages'])
  home(@Headers('accept') accept: string | undefined, @Res({ passthrough: true }) reply: FastifyReply): void {
    // Both targets are settings: nothing of the request may choose where a browser goes.
    const target = this.config.env.APP_URL ?? this.config.loginUrl;
    if (target === undefined || !wantsPage(accept)) throw new DomainError('not_found');
    void reply.header('vary', 'Accept').redirect(target, HttpStatus.FOUND);
  }
}
