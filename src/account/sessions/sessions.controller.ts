import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiProblems, RECENTLY_SIGNED_IN, SIGNED_IN } from '../../platform/http/problems/api-problems.decorator.js';
import { UuidParamPipe } from '../../platform/http/validation/uuid-param.pipe.js';
import { OwnSessionsService } from './own-sessions.service.js';
import { EndSessionsQuery, SessionListResponse } from './sessions.dto.js';

@ApiTags('Login and tokens')
@ApiBearerAuth('access')
@Controller('auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: OwnSessionsService) {}

  @Get()
  @ApiOperation({
    summary: 'Where I am signed in',
    description: 'Last used first; never more than the configured number, so there are no pages.',
  })
  @ApiOkResponse({ type: SessionListResponse })
  @ApiProblems(...SIGNED_IN)
  async list(@CurrentPrincipal() principal: Principal): Promise<SessionListResponse> {
    return { items: await this.sessions.list(principal) };
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'End one session',
    description: 'One other than the current needs a login or password check of the last few minutes.',
  })
  @ApiNoContentResponse()
  @ApiProblems(...RECENTLY_SIGNED_IN, 'not_found')
  async end(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.sessions.end(principal, id, context);
  }

  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'End all other sessions',
    description: 'Needs a login or password check of the last few minutes.',
  })
  @ApiNoContentResponse()
  @ApiProblems(...RECENTLY_SIGNED_IN, 'validation_failed')
  async endAll(
    @CurrentPrincipal() principal: Principal,
    @Query() query: EndSessionsQuery,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.sessions.endAll(principal, query.includeCurrent === 'true', context);
  }
}
