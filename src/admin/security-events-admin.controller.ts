import { Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Context } from '../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../platform/http/current-principal.decorator.js';
import type { Principal } from '../platform/http/principal.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { AdminController, AdminReadProblems } from './admin-controller.decorator.js';
import { limitOf } from '../platform/http/validation/page.dto.js';
import { SecurityEventsQuery, SecurityEventListResponse, securityEventResponseOf } from './security-event.dto.js';
import { EventDirectoryService } from './event-directory.service.js';

@AdminController('security-events')
export class SecurityEventsAdminController {
  constructor(private readonly events: EventDirectoryService) {}

  @Get()
  @ApiOperation({
    summary: 'What happened',
    description:
      'The audit of all accounts, newest first. Reading the events of one member is an event of its own: `member.viewed`.',
  })
  @ApiOkResponse({ type: SecurityEventListResponse })
  @AdminReadProblems('validation_failed')
  async list(
    @CurrentPrincipal() admin: Principal,
    @Query() query: SecurityEventsQuery,
    @Context() context: ClientContext,
  ): Promise<SecurityEventListResponse> {
    const { memberId, type, cursor } = query;
    const [from, to] = [query.from, query.to].map((text) => (text === undefined ? undefined : new Date(text)));
    const { items, nextCursor } = await this.events.list(
      admin,
      { memberId, type, from, to },
      limitOf(query),
      cursor,
      context,
    );
    return { items: items.map(securityEventResponseOf), nextCursor };
  }
}
