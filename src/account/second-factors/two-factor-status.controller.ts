import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import { ApiProblems, SIGNED_IN } from '../../platform/http/problems/api-problems.decorator.js';
import { AuthenticatorAppService } from './authenticator-app.service.js';
import { TwoFactorStatusResponse } from './two-factor.dto.js';

/** Looking needs no recent login, unlike everything that changes the second factor. */
@ApiTags('The member')
@ApiBearerAuth('access')
@Controller('members/me/totp')
export class TwoFactorStatusController {
  constructor(private readonly app: AuthenticatorAppService) {}

  @Get()
  @ApiOperation({ summary: 'Whether I have an authenticator app, and how many recovery codes' })
  @ApiOkResponse({ type: TwoFactorStatusResponse })
  @ApiProblems(...SIGNED_IN)
  async get(@CurrentPrincipal() principal: Principal): Promise<TwoFactorStatusResponse> {
    return this.app.getStatus(principal);
  }
}
