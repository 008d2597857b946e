import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import { ApiProblems, SIGNED_IN } from '../../platform/http/problems/api-problems.decorator.js';
import { SECURITY_EVENT_TYPES } from '../../security/audit-log/security-events.js';
import { limitOf, PageQuery, PageView } from '../../platform/http/validation/page.dto.js';
import { TimelineService, type TimelineEntry, type TimelinePage } from './security-activity.service.js';

class TimelineEntryView implements TimelineEntry {
  @ApiProperty({ example: '4711' }) id: string;
  @ApiProperty({ enum: SECURITY_EVENT_TYPES, enumName: 'SecurityEventType' }) type: string;
  @ApiProperty({ format: 'date-time' }) at: Date;
  @ApiProperty({ description: 'An administrator did it; ip and userAgent are empty then' }) byAdmin: boolean;
  @ApiProperty({ example: '198.18.3.7' }) ip: string;
  @ApiProperty({ nullable: true, type: String, description: 'ISO 3166-1 code, where it is known', example: 'KR' })
  country: string | null;
  @ApiProperty({ example: 'Mozilla/5.0 …' }) userAgent: string;
  @ApiProperty({ nullable: true, type: String, format: 'uuid' }) sessionId: string | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Facts that go with the type; see docs/events.md',
    example: { newDevice: true },
  })
  details: Record<string, unknown>;
}

class TimelineView extends PageView implements TimelinePage {
  @ApiProperty({ type: [TimelineEntryView] }) items: TimelineEntry[];
}

@ApiTags('The member')
@ApiBearerAuth('access')
@Controller('members/me/security-events')
export class TimelineController {
  constructor(private readonly timeline: TimelineService) {}

  @Get()
  @ApiOperation({ summary: 'What happened to my account', description: 'Newest first.' })
  @ApiOkResponse({ type: TimelineView })
  @ApiProblems(...SIGNED_IN, 'validation_failed')
  async list(@CurrentPrincipal() { memberId }: Principal, @Query() query: PageQuery): Promise<TimelinePage> {
    return this.timeline.list(memberId, limitOf(query), query.cursor);
  }
}
