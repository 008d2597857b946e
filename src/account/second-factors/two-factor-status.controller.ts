import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { AuthenticatorAppService } from './authenticator-app.service.js';
import { TwoFactorStatusResponse } from './two-factor.dto.js';

/** Shows the authenticator app and recovery codes. Unlike a change of them, this needs no recent login. */
@ApiTags('The member')
@Controller('members/me/totp')
export class TwoFactorStatusController {
  constructor(private readonly app: AuthenticatorAppService) {}

  /**
   * Show my authenticator app
   * @remarks Whether I have an authenticator app, and how many recovery codes are left. Passkeys have a list of
   * their own.
   */
  @Get()
  @SignedIn()
  async get(@CurrentPrincipal() principal: MemberPrincipal): Promise<TwoFactorStatusResponse> {
    return this.app.getStatus(principal);
  }
}
