import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import { OptionalBody } from '../../platform/http/optional-body.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { EmptyRequest } from '../../platform/http/validation/empty-request.dto.js';
import { HashesPassword } from '../../security/passwords/hashes-password.decorator.js';
import { RequestOptionsResponse } from '../login/passkey-login.dto.js';
import { FactorReauthenticationService } from './factor-reauthentication.service.js';
import { ReauthenticateRequest } from './reauthentication.dto.js';

/** Takes the password, and a second factor, of a signed-in member again, before sensitive operations. */
@ApiTags('Login and tokens')
@Controller('auth/reauthenticate')
export class ReauthenticationController {
  constructor(private readonly reauthentication: FactorReauthenticationService) {}

  /**
   * Confirm the password
   * @remarks Operations that answer `reauth_required` need this, or a login, within the last few minutes. Those that answer
   * `factor_proof_required` need it with a code or a passkey.
   */
  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @HashesPassword()
  @ApiOperation({ operationId: 'reauthenticate' })
  @SignedIn('invalid_credentials', 'code_invalid', 'passkey_invalid', 'too_many_attempts', 'overloaded')
  async reauthenticate(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() { password, code, credential }: ReauthenticateRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.reauthentication.reauthenticate(principal, { password, factor: credential ?? code }, context);
  }

  /**
   * Begin to confirm a passkey
   * @remarks For `credential` of `POST auth/reauthenticate`.
   */
  @Post('passkey/options')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'reauthenticatePasskeyOptions' })
  @SignedIn('passkey_invalid')
  async passkeyOptions(
    @CurrentPrincipal() principal: MemberPrincipal,
    @OptionalBody() _body: EmptyRequest,
  ): Promise<RequestOptionsResponse> {
    return this.reauthentication.beginPasskey(principal);
  }
}
