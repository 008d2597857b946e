import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { MemberAttributes } from '../../platform/attributes/member-attributes.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { ProfileResponse, profileResponseOf } from '../../users/profile-response.dto.js';
import { UpdateProfileRequest } from './profile.dto.js';
import { ProfileService } from './profile.service.js';

/** Shows and changes the member's profile. */
@ApiTags('The member')
@Controller('members/me')
export class ProfileController {
  constructor(
    private readonly profile: ProfileService,
    private readonly attributes: MemberAttributes,
  ) {}

  /**
   * Get my profile
   * @remarks Login ID, address, name, language and role of the signed-in member.
   */
  @Get()
  @ApiOperation({ operationId: 'meGet' })
  @SignedIn()
  async get(@CurrentPrincipal() { memberId }: MemberPrincipal): Promise<ProfileResponse> {
    return profileResponseOf(await this.profile.get(memberId), this.attributes);
  }

  /**
   * Change my profile
   * @remarks Absent fields stay as they are; null removes the name.
   */
  @Patch()
  @ApiOperation({ operationId: 'meUpdate' })
  @SignedIn('login_id_taken', 'too_many_attempts', 'too_many_requests')
  async update(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() body: UpdateProfileRequest,
    @Context() context: ClientContext,
  ): Promise<ProfileResponse> {
    return profileResponseOf(await this.profile.update(principal, { ...body }, context), this.attributes);
  }
}
