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
import { SocialReauthenticationService } from './social-reauthentication.service.js';
import { ReauthenticateRequest, SocialReauthenticationRequest } from './reauthentication.dto.js';

/** Takes the password, and a second factor, of a signed-in member again, before sensitive operations. */
@ApiTags('Login and tokens')
@Controller('auth/reauthenticate')
export class ReauthenticationController {
  constructor(
    private readonly reauthentication: FactorReauthenticationService,
    private readonly socialReauthentication: SocialReauthenticationService,
  ) {}

  /**
   * Confirm the password or a passkey
   * @remarks Operations that answer `reauth_required` need this, or a login, within the last few minutes. Those that answer
   * `factor_proof_required` need it with a code or a passkey. A member without a password confirms a passkey alone.
   */
  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @HashesPassword()
  @ApiOperation({ operationId: 'reauthenticate' })
  @SignedIn(
    'invalid_credentials',
    'code_invalid',
    'passkey_invalid',
    'passkey_changed',
    'too_many_attempts',
    'overloaded',
  )
  async reauthenticate(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() { password, code, credential }: ReauthenticateRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.reauthentication.reauthenticate(principal, { password, factor: credential ?? code }, context);
  }

  /**
   * Confirm a login at a provider
   * @remarks In place of the password. With the answer of a journey that began with `reauthenticate` in
   * `POST /api/auth/social/{provider}/start`, for a linked account. The provider has to state that it has just asked for
   * the login; Naver cannot, so log in again there.
   */
  @Post('social')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'reauthenticateSocial' })
  @SignedIn('social_login_failed', 'not_found', 'provider_unavailable')
  async social(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() { provider, ...answer }: SocialReauthenticationRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.socialReauthentication.reauthenticate(principal, provider, answer, context);
  }

  /**
   * Begin to confirm a passkey
   * @remarks For `credential` of `POST auth/reauthenticate`. Without a password, set `userVerification` to `required`.
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
