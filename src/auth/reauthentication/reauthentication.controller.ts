import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { ReauthenticateRequest } from './reauthentication.dto.js';

/** Takes the password of a signed-in member again, before sensitive operations. */
@ApiTags('Login and tokens')
@Controller('auth/reauthenticate')
export class ReauthenticationController {
  constructor(private readonly reauthentication: ReauthenticationService) {}

  /**
   * Confirm the password
   * @remarks Operations that answer `reauth_required` need this, or a login, within the last few minutes.
   */
  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @HashesPassword()
  @ApiOperation({ operationId: 'reauthenticate' })
  @SignedIn('invalid_credentials', 'overloaded')
  async reauthenticate(
    @CurrentPrincipal() principal: Principal,
    @Body() { password }: ReauthenticateRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.reauthentication.reauthenticate(principal, password, context);
  }
}
