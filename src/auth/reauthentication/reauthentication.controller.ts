import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ApiBodyProblems, SIGNED_IN } from '../../platform/http/problems/api-problems.decorator.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import { ReauthenticateRequest } from './reauthentication.dto.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';

@ApiTags('Login and tokens')
@ApiBearerAuth('access')
@Controller('auth/reauthenticate')
export class ReauthenticationController {
  constructor(private readonly reauthentication: ReauthenticationService) {}

  @Post()
  @HashesPassword()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'reauthenticate',
    summary: 'Confirm the password',
    description:
      'For operations that answer `reauth_required`: they work for some minutes after this, or after a login.',
  })
  @ApiNoContentResponse()
  @ApiBodyProblems(...SIGNED_IN, 'invalid_credentials', 'overloaded')
  async reauthenticate(
    @CurrentPrincipal() principal: Principal,
    @Body() body: ReauthenticateRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.reauthentication.reauthenticate(principal, body.password, context);
  }
}
