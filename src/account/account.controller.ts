import { Body, Controller, Delete, HttpCode, HttpStatus, Post, UseGuards } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../platform/http/current-principal.decorator.js';
import type { Principal } from '../platform/http/principal.js';
import { Public } from '../platform/http/public.decorator.js';
import { codeLifetimes, ConfirmCodeRequest, CodeSentResponse } from '../verification/email-challenge.dto.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { AppConfig } from '../platform/config/app-config.js';
import { ApiBodyProblems, SIGNED_IN, WITH_PASSWORD } from '../platform/http/problems/api-problems.decorator.js';
import { RecentLoginGuard } from '../sessions/reauthentication/recent-login.guard.js';
import { CloseAccountRequest } from './closing/account-closing.dto.js';
import { ChangeEmailRequest, EmailLinkRequest } from './email-change/email-change.dto.js';
import { AccountClosingService } from './closing/account-closing.service.js';
import { EmailChangeConfirmationService } from './email-change/email-change-confirmation.service.js';
import { EmailChangeRequestService } from './email-change/email-change-request.service.js';
import { EmailUndoService } from './email-change/email-undo.service.js';

@ApiTags('The member')
@Controller('members/me')
export class AccountController {
  constructor(
    private readonly changeRequest: EmailChangeRequestService,
    private readonly confirmation: EmailChangeConfirmationService,
    private readonly emailUndo: EmailUndoService,
    private readonly closing: AccountClosingService,
    private readonly config: AppConfig,
  ) {}

  @Post('email/send-code')
  @UseGuards(RecentLoginGuard)
  @ApiBearerAuth('access')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Move to another address',
    description: 'Mails a code and a link to the new address. The old one stays until that is proven.',
  })
  @ApiAcceptedResponse({ type: CodeSentResponse })
  @ApiBodyProblems(...WITH_PASSWORD, 'too_many_requests')
  async sendCode(
    @CurrentPrincipal() principal: Principal,
    @Body() body: ChangeEmailRequest,
    @Context() context: ClientContext,
  ): Promise<CodeSentResponse> {
    const requestId = await this.changeRequest.request(principal, body.newEmail, body.password, context);
    return { requestId, ...codeLifetimes(this.config) };
  }

  @Post('email/confirm-code')
  @ApiBearerAuth('access')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Confirm the new address by code',
    description: 'The old address gets a notice with a link to undo it.',
  })
  @ApiNoContentResponse()
  @ApiBodyProblems(...SIGNED_IN, 'code_invalid', 'too_many_attempts', 'email_taken')
  async confirmCode(
    @CurrentPrincipal() principal: Principal,
    @Body() body: ConfirmCodeRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.confirmation.confirmCode(principal, body.requestId, body.code, context);
  }

  @Post('email/confirm-link')
  @Public()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Confirm the new address by link',
    description: 'Needs no login: the link shows the mailbox, and the member asked for it with the password.',
  })
  @ApiNoContentResponse()
  @ApiBodyProblems('link_invalid', 'link_expired', 'email_taken')
  async confirmLink(@Body() body: EmailLinkRequest, @Context() context: ClientContext): Promise<void> {
    await this.confirmation.confirmLink(body.token, context);
  }

  @Post('email/undo')
  @Public()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Undo an address change',
    description:
      'The link in the notice to the old address. Restores it, ends all sessions, voids the password and mails a reset.',
  })
  @ApiNoContentResponse()
  @ApiBodyProblems('link_invalid', 'link_expired', 'email_taken', 'overloaded')
  async undo(@Body() body: EmailLinkRequest, @Context() context: ClientContext): Promise<void> {
    await this.emailUndo.undo(body.token, context);
  }

  @Delete()
  @UseGuards(RecentLoginGuard)
  @ApiBearerAuth('access')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Close my account',
    description: 'At once; erased after a grace (14 days as configured). Logging in within it restores the account.',
  })
  @ApiNoContentResponse()
  @ApiBodyProblems(...WITH_PASSWORD, 'last_admin')
  async close(
    @CurrentPrincipal() principal: Principal,
    @Body() body: CloseAccountRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.closing.close(principal, body.password, context);
  }
}
