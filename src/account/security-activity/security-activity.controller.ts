import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import { ApiProblems, SIGNED_IN } from '../../platform/http/problems/api-problems.decorator.js';
import { SECURITY_EVENT_TYPES } from '../../security/audit-log/security-events.js';
import { limitOf, PageQuery, PageResponse } from '../../platform/http/validation/page.dto.js';
import {
  SecurityActivityService,
  type SecurityActivityEntry,
  type SecurityActivityPage,
} from './security-activity.service.js';

class SecurityActivityEntryResponse implements SecurityActivityEntry {
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

class SecurityActivityResponse extends PageResponse implements SecurityActivityPage {
  @ApiProperty({ type: [SecurityActivityEntryResponse] }) items: SecurityActivityEntry[];
}

@ApiTags('The member')
@ApiBearerAuth('access')
@Controller('members/me/security-events')
export class SecurityActivityController {
  constructor(private readonly timeline: SecurityActivityService) {}

  @Get()
  @ApiOperation({ operationId: 'timelineList', summary: 'What happened to my account', description: 'Newest first.' })
  @ApiOkResponse({ type: SecurityActivityResponse })
  @ApiProblems(...SIGNED_IN, 'validation_failed')
  async list(@CurrentPrincipal() { memberId }: Principal, @Query() query: PageQuery): Promise<SecurityActivityPage> {
    return this.timeline.list(memberId, limitOf(query), query.cursor);
  }
}
