import { Body, Delete, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import {
  AdminController,
  PersonChanges,
  PersonReads,
} from '../../platform/http/administration/admin-controller.decorator.js';
import { ApiAuditReason } from '../../platform/http/administration/audit-reason.js';
import { ViewAuditService } from '../../mfa/administrators/view-audit.service.js';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import { IdParam } from '../../platform/http/id-param.decorator.js';
import { OptionalBody } from '../../platform/http/optional-body.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { AccountExportResponse } from '../../users/export/member-export.dto.js';
import { MemberExportService } from '../../users/export/member-export.service.js';
import { EmailCorrectionService } from './email-correction.service.js';
import { ErasureDemandService } from './erasure-demand.service.js';
import { CorrectEmailRequest, EraseMemberRequest } from './member-requests.dto.js';

/**
 * Lets administrators export or erase a member's account, or change the address, for instance for a member
 * who has lost the mailbox. API keys are refused: a stolen key could take accounts over, or delete them (AK-03).
 */
@AdminController('members')
export class MemberRequestsController {
  constructor(
    private readonly emails: EmailCorrectionService,
    private readonly erasures: ErasureDemandService,
    private readonly views: ViewAuditService,
    private readonly exports: MemberExportService,
  ) {}

  /**
   * Export what is held about a member
   * @remarks Without secrets and the content of mails. Needs a recent login. Recorded as `member.viewed`.
   */
  @Get(':id/export')
  @ApiOperation({ operationId: 'exportMember' })
  @ApiAuditReason()
  @PersonReads('not_found', 'reauth_required', 'validation_failed')
  async export(
    @CurrentPrincipal() admin: MemberPrincipal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<AccountExportResponse> {
    await this.views.open(admin, id, 'export', context);
    return this.exports.read(id);
  }

  /**
   * Change a member's address
   * @remarks Mails a link to the new address, and a notice to the present one. The address changes when the link is used. The
   * previous address then gets a link to undo it. Not for your own account: `forbidden`.
   */
  @Post(':id/email')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ operationId: 'correctMemberEmail' })
  @PersonChanges('member_not_active', 'email_taken')
  async correctEmail(
    @CurrentPrincipal() admin: MemberPrincipal,
    @IdParam() id: string,
    @Body() { email }: CorrectEmailRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.emails.request(admin, id, parseEmailAddress(email)!, context);
  }

  /**
   * Erase a member
   * @remarks Closes the account and mails the member. The account is erased after the waiting period; a login in that
   * time restores it. With `now` it is erased within minutes and no login restores it. Not for your own account:
   * `forbidden`.
   */
  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'eraseMember' })
  @PersonChanges('member_not_active', 'last_admin')
  async erase(
    @CurrentPrincipal() admin: MemberPrincipal,
    @IdParam() id: string,
    @OptionalBody() { when }: EraseMemberRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.erasures.demand(admin, id, when === 'now', context);
  }
}
