import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { RecentlySignedIn } from '../../sessions/reauthentication/recent-login.decorator.js';
import { AccountExportResponse } from '../../users/export/member-export.dto.js';
import { MemberExportService } from '../../users/export/member-export.service.js';

/** Gives members what is held about them. */
@ApiTags('The member')
@Controller('members/me/export')
export class AccountExportController {
  constructor(private readonly exports: MemberExportService) {}

  /**
   * Export what is held about me
   * @remarks Without secrets and the content of mails.
   */
  @Get()
  @ApiOperation({ operationId: 'meExport' })
  @RecentlySignedIn()
  async read(@CurrentPrincipal() { memberId }: MemberPrincipal): Promise<AccountExportResponse> {
    return this.exports.read(memberId);
  }
}
