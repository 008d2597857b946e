import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../../platform/http/client-context.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import type { Caller } from '../../platform/http/client-context.js';
import { ApiBodyProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { TokenField } from '../../platform/http/validation/fields.js';
import { NotMeService } from './disavowal.service.js';

class NotMeDto {
  @TokenField({ description: 'From the link in a security mail, behind #token=' }) token: string;
}

class NotMeSummary {
  @ApiProperty({ format: 'date-time' }) happenedAt: Date;
  @ApiProperty({ description: 'Which mail it was', example: 'new-device' }) event: string;
  @ApiProperty({ example: 'ad***e' }) maskedLoginId: string;
}

@ApiTags('The member')
@Public()
@Controller('auth/not-me')
export class NotMeController {
  constructor(private readonly notMe: NotMeService) {}

  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: '"It wasn\'t me"',
    description:
      'Ends all sessions, voids open proofs and the password, undoes a recent address change and mails a reset. Works once.',
  })
  @ApiNoContentResponse()
  @ApiBodyProblems('link_invalid', 'link_expired', 'overloaded')
  async report(@Body() body: NotMeDto, @CurrentCaller() caller: Caller): Promise<void> {
    await this.notMe.report(body.token, caller);
  }

  @Post('inspect')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: 'What the link is about', description: 'For the page behind it. Changes nothing.' })
  @ApiOkResponse({ type: NotMeSummary })
  @ApiBodyProblems('link_invalid', 'link_expired')
  async inspect(@Body() body: NotMeDto): Promise<NotMeSummary> {
    return this.notMe.inspect(body.token);
  }
}
