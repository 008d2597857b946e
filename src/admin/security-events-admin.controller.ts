import { Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CurrentCaller } from '../access/current-caller.decorator.js';
import { CurrentPrincipal } from '../access/current-principal.decorator.js';
import type { Principal } from '../access/principal.js';
import type { Caller } from '../common/caller.js';
import { AdminController, AdminReadProblems } from './admin-controller.decorator.js';
import { limitOf } from '../validation/page.dto.js';
import { SecurityEventsQuery, SecurityEventsView, securityEventViewOf } from './dto/security-event.dto.js';
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
  @ApiOkResponse({ type: SecurityEventsView })
  @AdminReadProblems('validation_failed')
  async list(
    @CurrentPrincipal() admin: Principal,
    @Query() query: SecurityEventsQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<SecurityEventsView> {
    const { memberId, type, cursor } = query;
    const [from, to] = [query.from, query.to].map((text) => (text === undefined ? undefined : new Date(text)));
    const { items, nextCursor } = await this.events.list(
      admin,
      { memberId, type, from, to },
      limitOf(query),
      cursor,
      caller,
    );
    return { items: items.map(securityEventViewOf), nextCursor };
  }
}
