import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import { ApiProblems, SIGNED_IN } from '../../platform/http/problems/api-problems.decorator.js';
import { limitOf, PageQuery } from '../../platform/http/validation/page.dto.js';
import { SecurityActivityResponse } from './security-activity.dto.js';
import { SecurityActivityService } from './security-activity.service.js';

@ApiTags('The member')
@ApiBearerAuth('access')
@Controller('members/me/security-events')
export class SecurityActivityController {
  constructor(private readonly timeline: SecurityActivityService) {}

  @Get()
  @ApiOperation({ operationId: 'timelineList', summary: 'What happened to my account', description: 'Newest first.' })
  @ApiOkResponse({ type: SecurityActivityResponse })
  @ApiProblems(...SIGNED_IN, 'validation_failed')
  async list(
    @CurrentPrincipal() { memberId }: Principal,
    @Query() query: PageQuery,
  ): Promise<SecurityActivityResponse> {
    return this.timeline.list(memberId, limitOf(query), query.cursor);
  }
}
