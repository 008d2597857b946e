import { Body, Delete, Get, HttpCode, HttpStatus, Patch, Post, Query } from '@nestjs/common';
import { MemberAttributes } from '../platform/attributes/member-attributes.js';
import { Context } from '../platform/http/client-context.decorator.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { CurrentPrincipal } from '../platform/http/current-principal.decorator.js';
import { IdParam } from '../platform/http/id-param.decorator.js';
import { OptionalBody } from '../platform/http/optional-body.decorator.js';
import type { MemberPrincipal, Principal } from '../platform/http/principal.js';
import { EmptyRequest } from '../platform/http/validation/empty-request.dto.js';
import { limitOf } from '../platform/http/validation/page.dto.js';
import { LoginUnlockService } from './login-unlock.service.js';
import { LostFactorService } from './lost-factor.service.js';
import {
  AdminChanges,
  AdminController,
  AdminReads,
  PersonChanges,
} from '../platform/http/administration/admin-controller.decorator.js';
import { MemberAdministrationService } from './member-administration.service.js';
import { MemberDirectoryService } from './member-directory.service.js';
import { PasswordResetDemandService } from './password-reset-demand.service.js';
import {
  ChangeMemberRequest,
  DemandPasswordResetRequest,
  MemberDetailsResponse,
  memberDetailsResponseOf,
  MemberListResponse,
  memberResponseOf,
  MembersQuery,
} from './member.dto.js';

/** Shows members to administrators, and lets them restrict a member or help one who is locked out. */
@AdminController('members')
export class MembersAdminController {
  constructor(
    private readonly directory: MemberDirectoryService,
    private readonly administration: MemberAdministrationService,
    private readonly lostFactors: LostFactorService,
    private readonly loginUnlock: LoginUnlockService,
    private readonly passwordResetDemand: PasswordResetDemandService,
    private readonly attributes: MemberAttributes,
  ) {}

  /**
   * List members
   * @remarks Newest first. Recorded as `members.listed`.
   */
  @Get()
  @AdminReads('members:read')
  async list(
    @CurrentPrincipal() admin: Principal,
    @Query() query: MembersQuery,
    @Context() context: ClientContext,
  ): Promise<MemberListResponse> {
    const { items, nextCursor } = await this.directory.list(admin, query, limitOf(query), query.cursor, context);
    return { items: items.map(memberResponseOf), nextCursor };
  }

  /**
   * Show a member
   * @remarks Recorded in the audit log as `member.viewed`.
   */
  @Get(':id')
  @AdminReads('members:read', 'not_found')
  async look(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<MemberDetailsResponse> {
    return memberDetailsResponseOf(await this.directory.view(admin, id, context), this.attributes);
  }

  /**
   * Disable or enable a member, change the role or attributes
   * @remarks Status and role take effect at once, on every replica: the sessions of the member end. Disabling also invalidates open codes,
   * links and reset tokens. The last active administrator cannot be disabled or lose the role.
   */
  @Patch(':id')
  @AdminChanges('members:write', 'member_not_active', 'last_admin')
  async change(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @Body() body: ChangeMemberRequest,
    @Context() context: ClientContext,
  ): Promise<MemberDetailsResponse> {
    const hasChanged = await this.administration.change(admin, id, body, context);
    const member = await (hasChanged ? this.directory.get(id) : this.directory.view(admin, id, context));
    return memberDetailsResponseOf(member, this.attributes);
  }

  /**
   * Require a new password from a member
   * @remarks Ends the sessions and mails a link to set a new password. Until then, a login with the current password leads
   * only to setting a new one; if the reason is `compromised`, it leads to nothing. Only the member ever sees or sets the
   * password.
   */
  @Post(':id/password-reset')
  @HttpCode(HttpStatus.ACCEPTED)
  @AdminChanges('members:write', 'member_not_active')
  async demandPasswordReset(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @OptionalBody() body: DemandPasswordResetRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.passwordResetDemand.demand(admin, id, body.reason ?? 'precaution', context);
  }

  /**
   * Log a member out everywhere
   * @remarks The member is notified by mail. Also invalidates open address changes and logins that wait for a second factor.
   */
  @Delete(':id/sessions')
  @HttpCode(HttpStatus.NO_CONTENT)
  @AdminChanges('members:write')
  async endSessions(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.administration.endSessions(admin, id, context);
  }

  /**
   * End one session of a member
   * @remarks The member is notified by mail.
   */
  @Delete(':id/sessions/:sessionId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @AdminChanges('members:write')
  async endSession(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @IdParam('sessionId') sessionId: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.administration.endSession(admin, id, sessionId, context);
  }

  /**
   * Remove the authenticator app of a member who has lost it
   * @remarks Removes the recovery codes as well, unless the member has passkeys. The member is notified by mail. Not for
   * your own account: `forbidden`.
   */
  @Delete(':id/totp')
  @HttpCode(HttpStatus.NO_CONTENT)
  @PersonChanges('totp_not_enabled')
  async removeTotp(
    @CurrentPrincipal() admin: MemberPrincipal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.lostFactors.remove(admin, id, 'totp', context);
  }

  /**
   * Remove the passkeys of a member who has lost them
   * @remarks Removes all passkeys. The member is notified by mail. Not for your own account: `forbidden`.
   */
  @Delete(':id/passkeys')
  @HttpCode(HttpStatus.NO_CONTENT)
  @PersonChanges()
  async removePasskeys(
    @CurrentPrincipal() admin: MemberPrincipal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.lostFactors.remove(admin, id, 'passkey', context);
  }

  /**
   * End the wait after too many failed logins
   * @remarks For passwords and second factors. The member is notified by mail.
   */
  @Post(':id/unlock')
  @HttpCode(HttpStatus.NO_CONTENT)
  @AdminChanges('members:write')
  async unlock(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @OptionalBody() _body: EmptyRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.loginUnlock.unlock(admin, id, context);
  }
}
