import { Controller, Delete, Get, HttpCode, HttpStatus, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import { IdParam } from '../../platform/http/id-param.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { OwnSessionsService } from './own-sessions.service.js';
import { EndSessionsQuery, SessionListResponse } from './sessions.dto.js';

/** Lists and ends the member's sessions. */
@ApiTags('Login and tokens')
@Controller('auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: OwnSessionsService) {}

  /**
   * List my sessions
   * @remarks The last used session comes first. The list has no pages, because the number of sessions is limited.
   */
  @Get()
  @SignedIn()
  async list(@CurrentPrincipal() principal: MemberPrincipal): Promise<SessionListResponse> {
    return { items: await this.sessions.list(principal) };
  }

  /**
   * End one session
   * @remarks Ending another session than the current one needs a login or password check within the last few minutes. It
   * also invalidates open address changes and logins that are not complete.
   */
  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @SignedIn('reauth_required', 'not_found')
  async end(
    @CurrentPrincipal() principal: MemberPrincipal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.sessions.end(principal, id, context);
  }

  /**
   * End all other sessions
   * @remarks Needs a login or password check within the last few minutes. Also invalidates open address changes and
   * logins that are not complete.
   */
  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @SignedIn('reauth_required')
  async endAll(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Query() { includeCurrent }: EndSessionsQuery,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.sessions.endAll(principal, includeCurrent === 'true', context);
  }
}
