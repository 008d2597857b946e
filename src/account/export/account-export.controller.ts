import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { MemberAttributes } from '../../platform/attributes/member-attributes.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { RecentlySignedIn } from '../../sessions/reauthentication/recent-login.decorator.js';
import { MembersRepository } from '../../users/members.repository.js';
import { profileResponseOf } from '../profile/profile.dto.js';
import { AccountExportResponse } from './account-export.dto.js';
import { AccountExportRepository } from './account-export.repository.js';

/** Gives members what is held about them. */
@ApiTags('The member')
@Controller('members/me/export')
export class AccountExportController {
  constructor(
    private readonly members: MembersRepository,
    private readonly attributes: MemberAttributes,
    private readonly records: AccountExportRepository,
  ) {}

  /**
   * Export what is held about me
   * @remarks Without secrets and the content of mails.
   */
  @Get()
  @ApiOperation({ operationId: 'meExport' })
  @RecentlySignedIn()
  async read(@CurrentPrincipal() { memberId }: MemberPrincipal): Promise<AccountExportResponse> {
    const profile = profileResponseOf(await this.members.getProfile(memberId), this.attributes);
    return { profile, ...(await this.records.read(memberId)) };
  }
}
