import { Body, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
} from '@nestjs/swagger';
import { Context } from '../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../platform/http/current-principal.decorator.js';
import type { Principal } from '../platform/http/principal.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { EmptyRequest } from '../platform/http/validation/empty-request.dto.js';
import { UuidParamPipe } from '../platform/http/validation/uuid-param.pipe.js';
import {
  AdminActProblems,
  AdminBodyProblems,
  AdminController,
  AdminReadProblems,
} from './admin-controller.decorator.js';
import {
  ChangeMemberRequest,
  MemberDetailsResponse,
  memberDetailsResponseOf,
  MembersQuery,
  MemberListResponse,
  memberResponseOf,
} from './member.dto.js';
import { limitOf } from '../platform/http/validation/page.dto.js';
import { LoginUnlockService } from './login-unlock.service.js';
import { LostFactorService } from './lost-factor.service.js';
import { MemberAdministrationService } from './member-administration.service.js';
import { MemberDirectoryService } from './member-directory.service.js';
import { PasswordResetDemandService } from './password-reset-demand.service.js';

const MemberId = (): MethodDecorator => ApiParam({ name: 'id', type: String, format: 'uuid' });

@AdminController('members')
export class MembersAdminController {
  constructor(
    private readonly directory: MemberDirectoryService,
    private readonly administration: MemberAdministrationService,
    private readonly lostFactors: LostFactorService,
    private readonly loginUnlock: LoginUnlockService,
    private readonly passwordResetDemand: PasswordResetDemandService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List members', description: 'Newest first.' })
  @ApiOkResponse({ type: MemberListResponse })
  @AdminReadProblems('validation_failed')
  async list(@Query() query: MembersQuery): Promise<MemberListResponse> {
    const { items, nextCursor } = await this.directory.list(query, limitOf(query), query.cursor);
    return { items: items.map(memberResponseOf), nextCursor };
  }

  @Get(':id')
  @MemberId()
  @ApiOperation({ summary: 'Look at a member', description: 'The audit notes it: `member.viewed`.' })
  @ApiOkResponse({ type: MemberDetailsResponse })
  @AdminReadProblems('not_found')
  async look(
    @CurrentPrincipal() admin: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Context() context: ClientContext,
  ): Promise<MemberDetailsResponse> {
    return memberDetailsResponseOf(await this.directory.view(admin, id, context));
  }

  @Patch(':id')
  @MemberId()
  @ApiOperation({
    summary: 'Disable or enable a member, or change the role',
    description:
      'At once, on every replica: the sessions of the member end. Disabling also voids open codes, links and reset tokens. The last active administrator stays one.',
  })
  @ApiOkResponse({ type: MemberDetailsResponse })
  @AdminBodyProblems('member_not_active', 'last_admin')
  async change(
    @CurrentPrincipal() admin: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Body() body: ChangeMemberRequest,
    @Context() context: ClientContext,
  ): Promise<MemberDetailsResponse> {
    await this.administration.change(admin, id, body, context);
    return memberDetailsResponseOf(await this.directory.get(id));
  }

  @Post(':id/password-reset')
  @MemberId()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Have a member set a new password',
    description:
      'Ends the sessions and mails a link to set a new password. The old one leads to a new one and nowhere else. Nobody but the member ever sees or sets it.',
  })
  @ApiAcceptedResponse()
  @ApiBody({ type: EmptyRequest, required: false })
  @AdminBodyProblems('member_not_active')
  async demandPasswordReset(
    @CurrentPrincipal() admin: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Body() _body: EmptyRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.passwordResetDemand.demand(admin, id, context);
  }

  @Delete(':id/sessions')
  @MemberId()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ summary: 'Log a member out everywhere', description: 'The member is told by mail.' })
  @ApiNoContentResponse()
  @AdminActProblems()
  async endSessions(
    @CurrentPrincipal() admin: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.administration.endSessions(admin, id, context);
  }

  @Delete(':id/totp')
  @MemberId()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Remove the authenticator app of a member who has lost it',
    description:
      'And the recovery codes, unless passkeys are left. The member is told by mail. Not for your own account: `forbidden`.',
  })
  @ApiNoContentResponse()
  @AdminActProblems('totp_not_enabled')
  async removeTotp(
    @CurrentPrincipal() admin: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.lostFactors.remove(admin, id, 'totp', context);
  }

  @Delete(':id/passkeys')
  @MemberId()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Remove the passkeys of a member who has lost them',
    description: 'All of them. The member is told by mail. Not for your own account: `forbidden`.',
  })
  @ApiNoContentResponse()
  @AdminActProblems()
  async removePasskeys(
    @CurrentPrincipal() admin: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.lostFactors.remove(admin, id, 'passkey', context);
  }

  @Post(':id/unlock')
  @MemberId()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'End the wait after too many failed logins',
    description: 'Of passwords and of second factors. The member is told by mail.',
  })
  @ApiNoContentResponse()
  @ApiBody({ type: EmptyRequest, required: false })
  @AdminBodyProblems()
  async unlock(
    @CurrentPrincipal() admin: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Body() _body: EmptyRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.loginUnlock.unlock(admin, id, context);
  }
}
