import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { DisavowalRequest, DisavowalResponse } from './disavowal.dto.js';
import { DisavowalService } from './disavowal.service.js';

/** Serves the "it wasn't me" links of security mails. */
@ApiTags('The member')
@Public()
@Controller('auth/not-me')
export class DisavowalController {
  constructor(private readonly disavowals: DisavowalService) {}

  /**
   * Recover a compromised account ("It wasn't me")
   * @remarks Ends all sessions, invalidates the password and open codes and links, and mails a link for a new
   * password to the mailbox of the used link. Where a recent address change left that mailbox, undoes the change.
   * Works once. After `email_taken` all this was done, except that another account has the previous address: the
   * address stays, and no mail is sent.
   */
  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'notMeReport' })
  @ApiProblems('link_invalid', 'link_expired', 'email_taken')
  async report(@Body() { token }: DisavowalRequest, @Context() context: ClientContext): Promise<void> {
    await this.disavowals.report(token, context);
  }

  /**
   * Show the event that a security mail was about
   * @remarks For the page that the link in the mail opens. Changes nothing.
   */
  @Post('inspect')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'notMeInspect' })
  @ApiProblems('link_invalid', 'link_expired')
  async inspect(@Body() { token }: DisavowalRequest): Promise<DisavowalResponse> {
    return this.disavowals.inspect(token);
  }
}
