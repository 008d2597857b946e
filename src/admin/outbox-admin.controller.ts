import { Body, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { Context } from '../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../platform/http/current-principal.decorator.js';
import type { Principal } from '../platform/http/principal.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { EmptyRequest } from '../platform/http/validation/empty-request.dto.js';
import { UuidParamPipe } from '../platform/http/validation/uuid-param.pipe.js';
import { AdminBodyProblems, AdminController, AdminReadProblems } from './admin-controller.decorator.js';
import { outboxMessageResponseOf, OutboxQuery, OutboxListResponse } from './outbox.dto.js';
import { limitOf } from '../platform/http/validation/page.dto.js';
import { MailAdministrationService } from './mail-administration.service.js';

@AdminController('outbox')
export class OutboxAdminController {
  constructor(private readonly mails: MailAdministrationService) {}

  @Get()
  @ApiOperation({
    summary: 'What became of mails',
    description: 'Newest first. Addresses are masked; what a mail carries is never shown.',
  })
  @ApiOkResponse({ type: OutboxListResponse })
  @AdminReadProblems('validation_failed')
  async list(@Query() query: OutboxQuery): Promise<OutboxListResponse> {
    const { items, nextCursor } = await this.mails.list(query.status, limitOf(query), query.cursor);
    return { items: items.map(outboxMessageResponseOf), nextCursor };
  }

  @Post(':id/retry')
  @ApiParam({ name: 'id', type: String, format: 'uuid' })
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Send a mail again that was given up',
    description: 'Only a dead one, and only while what it carries still works; otherwise `mail_not_retryable`.',
  })
  @ApiAcceptedResponse()
  @ApiBody({ type: EmptyRequest, required: false })
  @AdminBodyProblems('mail_not_retryable')
  async retry(
    @CurrentPrincipal() admin: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Body() _body: EmptyRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.mails.retry(admin, id, context);
  }
}
