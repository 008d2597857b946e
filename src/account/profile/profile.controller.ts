import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal, Role } from '../../platform/http/principal.js';
import type { Caller } from '../../platform/http/client-context.js';
import { ApiBodyProblems, ApiProblems, SIGNED_IN } from '../../platform/http/problems/api-problems.decorator.js';
import type { Locale } from '../../platform/i18n/locale.js';
import { LOCALES } from '../../platform/i18n/locale.js';
import { LocaleField, NameField } from '../../platform/http/validation/fields.js';
import type { Profile } from '../../users/members.repository.js';
import { ProfileService } from './profile.service.js';

class UpdateProfileDto {
  @NameField() name?: string | null;
  @LocaleField({ description: 'Language of mails' }) locale?: Locale;
}

/** A member's own profile. */
class ProfileView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: 'ada.lovelace' }) loginId: string;
  @ApiProperty({ format: 'email', example: 'ada@example.com' }) email: string;
  @ApiProperty({ nullable: true, type: String, example: 'Ada Lovelace' }) name: string | null;
  @ApiProperty({ enum: LOCALES, enumName: 'Locale' }) locale: Locale;
  @ApiProperty({ enum: ['member', 'admin'], enumName: 'Role' }) role: Role;
  @ApiProperty({ format: 'date-time' }) createdAt: Date;
}

const viewOf = ({ id, loginId, email, name, locale, role, createdAt }: Profile): ProfileView => ({
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
export class MeController {
  constructor(private readonly profile: ProfileService) {}

  @Get()
  @ApiOperation({ summary: 'My profile' })
  @ApiOkResponse({ type: ProfileView })
  @ApiProblems(...SIGNED_IN)
  async get(@CurrentPrincipal() { memberId }: Principal): Promise<ProfileView> {
    return viewOf(await this.profile.get(memberId));
  }

  @Patch()
  @ApiOperation({
    summary: 'Change my profile',
    description: 'Fields left out stay as they are; a name of null is taken away.',
  })
  @ApiOkResponse({ type: ProfileView })
  @ApiBodyProblems(...SIGNED_IN)
  async update(
    @CurrentPrincipal() { memberId }: Principal,
    @Body() body: UpdateProfileDto,
    @CurrentCaller() caller: Caller,
  ): Promise<ProfileView> {
    return viewOf(await this.profile.update(memberId, { ...body }, caller));
  }
}
