import { Body, Delete, Get, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import {
  AdminChanges,
  AdminController,
  AdminReads,
} from '../../platform/http/administration/admin-controller.decorator.js';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { MemberAttributes } from '../../platform/attributes/member-attributes.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import { IdParam } from '../../platform/http/id-param.decorator.js';
import { OptionalBody } from '../../platform/http/optional-body.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import { EmptyRequest } from '../../platform/http/validation/empty-request.dto.js';
import { limitOf, PageQuery } from '../../platform/http/validation/page.dto.js';
import { InvitationAdministrationService } from './invitation-administration.service.js';
import { InvitationDirectoryService } from './invitation-directory.service.js';
import {
  InvitationListResponse,
  InvitationResponse,
  invitationResponseOf,
  InviteRequest,
} from './invitation-admin.dto.js';

/** Lets administrators invite people. */
@AdminController('invitations')
export class InvitationsAdminController {
  constructor(
    private readonly administration: InvitationAdministrationService,
    private readonly directory: InvitationDirectoryService,
    private readonly attributes: MemberAttributes,
    private readonly config: AppConfig,
  ) {}

  /**
   * Invite a person
   * @remarks Mails a code and a link; the person chooses login ID and password. The role `admin` needs a person:
   * `person_required`. The invitation ends with the right of its inviter.
   */
  @Post()
  @ApiOperation({ operationId: 'invite' })
  @AdminChanges('members:write', 'email_taken', 'invitation_pending')
  async invite(
    @CurrentPrincipal() admin: Principal,
    @Body() { email, role = 'member', attributes, locale = this.config.defaultLocale }: InviteRequest,
    @Context() context: ClientContext,
  ): Promise<InvitationResponse> {
    const details = {
      ...{ email: parseEmailAddress(email)!, role, locale },
      attributes: attributes === undefined ? null : this.attributes.merge(attributes, 'admin'),
    };
    return invitationResponseOf(await this.administration.invite(admin, details, context));
  }

  /**
   * List invitations
   * @remarks Newest first, until 30 days after their end. Recorded as `members.listed`.
   */
  @Get()
  @ApiOperation({ operationId: 'listInvitations' })
  @AdminReads('members:read')
  async list(
    @CurrentPrincipal() admin: Principal,
    @Query() query: PageQuery,
    @Context() context: ClientContext,
  ): Promise<InvitationListResponse> {
    const { items, nextCursor } = await this.directory.list(admin, limitOf(query), query.cursor, context);
    return { items: items.map(invitationResponseOf), nextCursor };
  }

  /**
   * Mail an invitation again
   * @remarks With a new code and link, and a new lifetime. The sender of this request becomes its inviter.
   */
  @Post(':id/resend')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ operationId: 'resendInvitation' })
  @AdminChanges('members:write', 'email_taken')
  async resend(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @OptionalBody() _body: EmptyRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.administration.resend(admin, id, context);
  }

  /**
   * Withdraw an invitation
   * @remarks Deletes it. Its code and link stop working.
   */
  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'withdrawInvitation' })
  @AdminChanges('members:write')
  async withdraw(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.administration.withdraw(admin, id, context);
  }
}
