import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { Roles } from '../../platform/http/roles.decorator.js';
import { API_KEY_PROBLEMS, Scope } from '../../platform/http/scope.decorator.js';
import { EventLogQuery, EventLogResponse, eventLimitOf, eventTypesOf, type EventResponse } from './event-log.dto.js';
import { EventLogService } from './event-log.service.js';

/** The event log, for the product's own backend. */
@Controller('integrations/events')
@Roles() // for API keys only
@ApiTags('Integrations')
export class EventLogController {
  constructor(private readonly log: EventLogService) {}

  /**
   * Read the event log
   * @remarks Oldest first; the events of one member are in order. Events are written while a webhook or an API key with `events:read`
   * exists, and kept for at least EVENT_RETENTION_SECONDS. When a member is erased, `member.erased` replaces the member's events.
   */
  @Get()
  @Scope('events:read')
  @ApiProblems('token_invalid', 'forbidden', ...API_KEY_PROBLEMS, 'cursor_expired')
  async read(@Query() query: EventLogQuery): Promise<EventLogResponse> {
    const page = await this.log.read(query.after, eventTypesOf(query), eventLimitOf(query));
    return { ...page, items: page.items as EventResponse[] };
  }
}
