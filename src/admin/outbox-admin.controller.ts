import { Get, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { Context } from '../platform/http/client-context.decorator.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { CurrentPrincipal } from '../platform/http/current-principal.decorator.js';
import { IdParam } from '../platform/http/id-param.decorator.js';
import { OptionalBody } from '../platform/http/optional-body.decorator.js';
import type { Principal } from '../platform/http/principal.js';
import { EmptyRequest } from '../platform/http/validation/empty-request.dto.js';
import { limitOf } from '../platform/http/validation/page.dto.js';
import {
  AdminChanges,
  AdminController,
  AdminReads,
} from '../platform/http/administration/admin-controller.decorator.js';
import { MailAdministrationService } from './mail-administration.service.js';
import { OutboxListResponse, outboxMessageResponseOf, OutboxQuery } from './outbox.dto.js';

/** Shows administrators the outbox and lets them retry a mail. */
@AdminController('outbox')
export class OutboxAdminController {
  constructor(private readonly mails: MailAdministrationService) {}

  /**
   * List queued and sent mails
   * @remarks Newest first. Addresses are masked; the content of a mail is never shown.
   */
  @Get()
  @AdminReads('outbox:read')
  async list(@Query() query: OutboxQuery): Promise<OutboxListResponse> {
    const { items, nextCursor } = await this.mails.list(query.status, limitOf(query), query.cursor);
    return { items: items.map(outboxMessageResponseOf), nextCursor };
  }

  /**
   * Retry a mail that could not be delivered
   * @remarks Only for a `dead` mail whose code or link is still valid; otherwise `mail_not_retryable`.
   */
  @Post(':id/retry')
  @HttpCode(HttpStatus.ACCEPTED)
  @AdminChanges('outbox:write', 'mail_not_retryable')
  async retry(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @OptionalBody() _body: EmptyRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.mails.retry(admin, id, context);
  }
}
