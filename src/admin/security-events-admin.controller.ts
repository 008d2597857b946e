import { Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController, AdminReadProblems } from './admin-controller.decorator.js';
import { limitOf } from './dto/page.dto.js';
import { SecurityEventsQuery, SecurityEventsView, securityEventViewOf } from './dto/security-event.dto.js';
import { EventDirectoryService } from './event-directory.service.js';

@AdminController('security-events')
export class SecurityEventsAdminController {
  constructor(private readonly events: EventDirectoryService) {}

  @Get()
  @ApiOperation({ summary: 'What happened', description: 'The audit of all accounts, newest first.' })
  @ApiOkResponse({ type: SecurityEventsView })
  @AdminReadProblems('validation_failed')
  async list(@Query() query: SecurityEventsQuery): Promise<SecurityEventsView> {
    const { memberId, type, cursor } = query;
    const [from, to] = [query.from, query.to].map((text) => (text === undefined ? undefined : new Date(text)));
    const { items, nextCursor } = await this.events.list({ memberId, type, from, to }, limitOf(query), cursor);
    return { items: items.map(securityEventViewOf), nextCursor };
  }
}
