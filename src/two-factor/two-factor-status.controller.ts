import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../access/current-principal.decorator.js';
import type { Principal } from '../access/principal.js';
import { ApiProblems } from '../errors/api-problems.decorator.js';
import type { TwoFactorStatus } from './two-factor.repository.js';
import { TwoFactorService } from './two-factor.service.js';

class TwoFactorStatusView implements TwoFactorStatus {
  @ApiProperty({ description: 'Whether logins need a second factor' }) enabled: boolean;
  @ApiProperty({ example: 10, description: 'Unused recovery codes; 0 without an app' }) recoveryCodesLeft: number;
}

/** Looking needs no recent login, unlike everything that changes the second factor. */
@ApiTags('The member')
@ApiBearerAuth('access')
@Controller('members/me/totp')
export class TwoFactorStatusController {
  constructor(private readonly twoFactor: TwoFactorService) {}

  @Get()
  @ApiOperation({ summary: 'Whether I have a second factor' })
  @ApiOkResponse({ type: TwoFactorStatusView })
  @ApiProblems('token_expired', 'token_invalid', 'session_ended')
  async get(@CurrentPrincipal() principal: Principal): Promise<TwoFactorStatusView> {
    return this.twoFactor.status(principal);
  }
}
