import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AppConfig } from '../../platform/config/app-config.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { WithPassword } from '../../sessions/reauthentication/recent-login.decorator.js';
import { codeLifetimes, CodeSentResponse, ConfirmCodeRequest } from '../../verification/email-challenge.dto.js';
import {
  ChangeEmailRequest,
  EmailLinkRequest,
  InspectedEmailChangeResponse,
  InspectedEmailUndoResponse,
} from './email-change.dto.js';
import { EmailChangeLinksService } from './email-change-links.service.js';
import { EmailChangeConfirmationService } from './email-change-confirmation.service.js';
import { EmailChangeLinkConfirmationService } from './email-change-link-confirmation.service.js';
import { EmailChangeRequestService } from './email-change-request.service.js';
import { EmailUndoService } from './email-undo.service.js';

/** Takes the steps of an address change: request, confirmation and undo. */
@ApiTags('The member')
@Controller('members/me/email')
export class EmailChangeController {
  constructor(
    private readonly changeRequest: EmailChangeRequestService,
    private readonly confirmation: EmailChangeConfirmationService,
    private readonly linkConfirmation: EmailChangeLinkConfirmationService,
    private readonly emailUndo: EmailUndoService,
    private readonly links: EmailChangeLinksService,
    private readonly config: AppConfig,
  ) {}

  /**
   * Change the address
   * @remarks Mails a code and a link to the new address. The current address stays until one of them is confirmed.
   */
  @Post('send-code')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ operationId: 'accountSendCode' })
  @WithPassword('too_many_requests')
  async sendCode(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() { newEmail, password }: ChangeEmailRequest,
    @Context() context: ClientContext,
  ): Promise<CodeSentResponse> {
    const { requestId, resendAfter } = await this.changeRequest.request(principal, newEmail, password, context);
    return { requestId, ...codeLifetimes(this.config, resendAfter) };
  }

  /**
   * Confirm the new address by code
   * @remarks The previous address receives a mail with a link that undoes the change.
   */
  @Post('confirm-code')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'accountConfirmCode' })
  @SignedIn('code_invalid', 'too_many_attempts', 'email_taken')
  async confirmCode(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() { requestId, code }: ConfirmCodeRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.confirmation.confirmCode(principal, requestId, code, context);
  }

  /**
   * Confirm the new address by link
   * @remarks Needs no login: the link proves the mailbox. The request for the change needed a recent login, or
   * came from an administrator or the operator.
   */
  @Post('confirm-link')
  @Public()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'accountConfirmLink' })
  @ApiProblems('link_invalid', 'link_expired', 'email_taken')
  async confirmLink(@Body() { token }: EmailLinkRequest, @Context() context: ClientContext): Promise<void> {
    await this.linkConfirmation.confirm(token, context);
  }

  /**
   * Show the address change that a link confirms
   * @remarks For the page that the link opens. Changes nothing.
   */
  @Post('inspect-link')
  @Public()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'accountInspectLink' })
  @ApiProblems('link_invalid', 'link_expired', 'email_taken')
  async inspectLink(@Body() { token }: EmailLinkRequest): Promise<InspectedEmailChangeResponse> {
    return this.links.inspectConfirmation(token);
  }

  /**
   * Show the address change that a link undoes
   * @remarks For the page that the link opens. Changes nothing.
   */
  @Post('undo/inspect')
  @Public()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'accountInspectUndo' })
  @ApiProblems('link_invalid', 'link_expired')
  async inspectUndo(@Body() { token }: EmailLinkRequest): Promise<InspectedEmailUndoResponse> {
    return this.links.inspectUndo(token);
  }

  /**
   * Undo an address change
   * @remarks Needs the link from the mail to the previous address. Restores that address, ends all sessions, invalidates the
   * password and mails a link for a new one.
   */
  @Post('undo')
  @Public()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'accountUndo' })
  @ApiProblems('link_invalid', 'link_expired', 'email_taken')
  async undo(@Body() { token }: EmailLinkRequest, @Context() context: ClientContext): Promise<void> {
    await this.emailUndo.undo(token, context);
  }
}
