import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiBodyProblems, ApiProblems, SIGNED_IN } from '../../platform/http/problems/api-problems.decorator.js';
import { ProfileResponse, profileResponseOf, UpdateProfileRequest } from './profile.dto.js';
import { ProfileService } from './profile.service.js';

@ApiTags('The member')
@ApiBearerAuth('access')
@Controller('members/me')
export class ProfileController {
  constructor(private readonly profile: ProfileService) {}

  @Get()
  @ApiOperation({ operationId: 'meGet', summary: 'My profile' })
  @ApiOkResponse({ type: ProfileResponse })
  @ApiProblems(...SIGNED_IN)
  async get(@CurrentPrincipal() { memberId }: Principal): Promise<ProfileResponse> {
    return profileResponseOf(await this.profile.get(memberId));
  }

  @Patch()
  @ApiOperation({
    operationId: 'meUpdate',
    summary: 'Change my profile',
    description: 'Fields left out stay as they are; a name of null is taken away.',
  })
  @ApiOkResponse({ type: ProfileResponse })
  @ApiBodyProblems(...SIGNED_IN)
  async update(
    @CurrentPrincipal() { memberId }: Principal,
    @Body() body: UpdateProfileRequest,
    @Context() context: ClientContext,
  ): Promise<ProfileResponse> {
    return profileResponseOf(await this.profile.update(memberId, { ...body }, context));
  }
}
