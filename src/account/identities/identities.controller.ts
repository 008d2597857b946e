import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import { IdParam } from '../../platform/http/id-param.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { RecentlySignedIn } from '../../sessions/reauthentication/recent-login.decorator.js';
import { IdentityListResponse, IdentityResponse, LinkIdentityRequest } from './identities.dto.js';
import { OwnIdentitiesService } from './own-identities.service.js';

/** The accounts at providers with which a member logs in. */
@ApiTags('Social login')
@Controller('members/me/identities')
export class IdentitiesController {
  constructor(private readonly identities: OwnIdentitiesService) {}

  /**
   * List my linked accounts
   * @remarks Oldest link first.
   */
  @Get()
  @ApiOperation({ operationId: 'identitiesList' })
  @SignedIn()
  async list(@CurrentPrincipal() { memberId }: MemberPrincipal): Promise<IdentityListResponse> {
    return { items: await this.identities.list(memberId) };
  }

  /**
   * Link an account at a provider
   * @remarks Needs the provider's answer to a login that `POST /api/auth/social/{provider}/start` began.
   */
  @Post()
  @ApiOperation({ operationId: 'identitiesLink' })
  @RecentlySignedIn('social_login_failed', 'identity_taken', 'not_found', 'provider_unavailable')
  async link(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() { provider, ...answer }: LinkIdentityRequest,
    @Context() context: ClientContext,
  ): Promise<IdentityResponse> {
    return this.identities.link(principal, provider, answer, context);
  }

  /**
   * Unlink an account at a provider
   * @remarks Logins with it then no longer open this account. The last way in cannot be removed: a member keeps a
   * password, a passkey that logs in alone, or a linked account.
   */
  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'identitiesUnlink' })
  @RecentlySignedIn('not_found', 'last_way_in')
  async unlink(
    @CurrentPrincipal() principal: MemberPrincipal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.identities.unlink(principal, id, context);
  }
}
