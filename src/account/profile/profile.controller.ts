import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal, Role } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiBodyProblems, ApiProblems, SIGNED_IN } from '../../platform/http/problems/api-problems.decorator.js';
import type { Locale } from '../../platform/i18n/locale.js';
import { LOCALES } from '../../platform/i18n/locale.js';
import { LocaleField, NameField } from '../../platform/http/validation/fields.js';
import type { Profile } from '../../users/members.repository.js';
import { ProfileService } from './profile.service.js';

class UpdateProfileRequest {
  @NameField() name?: string | null;
  @LocaleField({ description: 'Language of mails' }) locale?: Locale;
}

/** A member's own profile. */
class ProfileResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: 'ada.lovelace' }) loginId: string;
  @ApiProperty({ format: 'email', example: 'ada@example.com' }) email: string;
  @ApiProperty({ nullable: true, type: String, example: 'Ada Lovelace' }) name: string | null;
  @ApiProperty({ enum: LOCALES, enumName: 'Locale' }) locale: Locale;
  @ApiProperty({ enum: ['member', 'admin'], enumName: 'Role' }) role: Role;
  @ApiProperty({ format: 'date-time' }) createdAt: Date;
}

const viewOf = ({ id, loginId, email, name, locale, role, createdAt }: Profile): ProfileResponse => ({
  id,
  loginId,
  email,
  name,
  locale,
  role,
  createdAt,
});

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
    return viewOf(await this.profile.get(memberId));
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
    return viewOf(await this.profile.update(memberId, { ...body }, context));
  }
}
