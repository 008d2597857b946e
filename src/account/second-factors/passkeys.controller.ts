import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import {
  ApiBodyProblems,
  ApiProblems,
  RECENTLY_SIGNED_IN,
  SIGNED_IN,
  WITH_PASSWORD,
} from '../../platform/http/problems/api-problems.decorator.js';
import { RecentLoginGuard } from '../../sessions/reauthentication/recent-login.guard.js';
import { PasswordRequest } from '../../security/passwords/password.dto.js';
import {
  CreationOptionsResponse,
  PasskeyListResponse,
  PasskeyResponse,
  RegisteredPasskeyResponse,
  RegisterPasskeyRequest,
  RenamePasskeyRequest,
} from './passkeys.dto.js';
import { UuidParamPipe } from '../../platform/http/validation/uuid-param.pipe.js';
import { OwnPasskeysService } from './own-passkeys.service.js';
import { PasskeyEnrolmentService } from './passkey-enrolment.service.js';

@ApiTags('The member')
@ApiBearerAuth('access')
@Controller('members/me/passkeys')
export class PasskeysController {
  constructor(
    private readonly enrolment: PasskeyEnrolmentService,
    private readonly passkeys: OwnPasskeysService,
  ) {}

  @Post('options')
  @UseGuards(RecentLoginGuard)
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Begin to add a passkey',
    description: 'Gives what the browser needs to make one. Passkeys the member has are excluded.',
  })
  @ApiOkResponse({ type: CreationOptionsResponse })
  @ApiBodyProblems(...WITH_PASSWORD, 'passkey_limit_reached')
  async options(
    @CurrentPrincipal() principal: Principal,
    @Body() body: PasswordRequest,
    @Context() context: ClientContext,
  ): Promise<CreationOptionsResponse> {
    return this.enrolment.begin(principal, body.password, context);
  }

  @Post()
  @UseGuards(RecentLoginGuard)
  @ApiOperation({
    summary: 'Add a passkey',
    description:
      'From now on logins need a second factor, or begin with a passkey. The first factor gives the recovery codes.',
  })
  @ApiCreatedResponse({ type: RegisteredPasskeyResponse })
  @ApiBodyProblems(...RECENTLY_SIGNED_IN, 'passkey_invalid', 'passkey_limit_reached')
  async register(
    @CurrentPrincipal() principal: Principal,
    @Body() { credential, name = null }: RegisterPasskeyRequest,
    @Context() context: ClientContext,
  ): Promise<RegisteredPasskeyResponse> {
    return this.enrolment.finish(principal, credential, name, context);
  }

  @Get()
  @ApiOperation({
    summary: 'My passkeys',
    description: 'Oldest first; never more than the configured number, so there are no pages.',
  })
  @ApiOkResponse({ type: PasskeyListResponse })
  @ApiProblems(...SIGNED_IN)
  async list(@CurrentPrincipal() { memberId }: Principal): Promise<PasskeyListResponse> {
    return { items: await this.passkeys.list(memberId) };
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Name a passkey', description: 'A name of null is taken away.' })
  @ApiOkResponse({ type: PasskeyResponse })
  @ApiBodyProblems(...SIGNED_IN, 'not_found')
  async rename(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Body() { name }: RenamePasskeyRequest,
    @Context() context: ClientContext,
  ): Promise<PasskeyResponse> {
    return this.passkeys.rename(principal, id, name, context);
  }

  @Delete(':id')
  @UseGuards(RecentLoginGuard)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Remove a passkey',
    description: 'Needs the password. With the last second factor the recovery codes go as well.',
  })
  @ApiNoContentResponse()
  @ApiBodyProblems(...WITH_PASSWORD, 'not_found')
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Body() body: PasswordRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.passkeys.remove(principal, id, body.password, context);
  }
}
