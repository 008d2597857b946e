import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../access/current-caller.decorator.js';
import { CurrentPrincipal } from '../access/current-principal.decorator.js';
import type { Principal } from '../access/principal.js';
import type { Caller } from '../common/caller.js';
import { ApiBodyProblems, SIGNED_IN } from '../errors/api-problems.decorator.js';
import { HashesPassword } from '../passwords/hashes-password.decorator.js';
import { PasswordField } from '../validation/fields.js';
import { ReauthenticationService } from './reauthentication.service.js';

class ReauthenticateDto {
  @PasswordField() password: string;
}

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
    @Body() body: ReauthenticateDto,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    await this.reauthentication.refresh(principal, body.password, caller);
  }
}
