import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiBodyProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { DisavowalRequest, DisavowalResponse } from './disavowal.dto.js';
import { DisavowalService } from './disavowal.service.js';

@ApiTags('The member')
@Public()
@Controller('auth/not-me')
export class DisavowalController {
  constructor(private readonly disavowals: DisavowalService) {}

  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'notMeReport',
    summary: '"It wasn\'t me"',
    description:
      'Ends all sessions, voids open proofs and the password, undoes a recent address change and mails a reset. Works once.',
  })
  @ApiNoContentResponse()
  @ApiBodyProblems('link_invalid', 'link_expired', 'overloaded')
  async report(@Body() body: DisavowalRequest, @Context() context: ClientContext): Promise<void> {
    await this.disavowals.report(body.token, context);
  }

  @Post('inspect')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'notMeInspect',
    summary: 'What the link is about',
    description: 'For the page behind it. Changes nothing.',
  })
  @ApiOkResponse({ type: DisavowalResponse })
  @ApiBodyProblems('link_invalid', 'link_expired')
  async inspect(@Body() body: DisavowalRequest): Promise<DisavowalResponse> {
    return this.disavowals.inspect(body.token);
  }
}
