import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { limitOf, PageQuery } from '../../platform/http/validation/page.dto.js';
import { SecurityActivityResponse } from './security-activity.dto.js';
import { SecurityActivityService } from './security-activity.service.js';

/** Shows the security events of the member's account. */
@ApiTags('The member')
@Controller('members/me/security-events')
export class SecurityActivityController {
  constructor(private readonly activity: SecurityActivityService) {}

  /**
   * List the security events of my account
   * @remarks Newest first.
   */
  @Get()
  @ApiOperation({ operationId: 'timelineList' })
  @SignedIn()
  async list(
    @CurrentPrincipal() { memberId }: MemberPrincipal,
    @Query() query: PageQuery,
  ): Promise<SecurityActivityResponse> {
    return this.activity.list(memberId, limitOf(query), query.cursor);
  }
}
