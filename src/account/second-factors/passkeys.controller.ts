import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import { IdParam } from '../../platform/http/id-param.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { RecentlySignedIn } from '../../sessions/reauthentication/recent-login.decorator.js';
import {
  CreationOptionsResponse,
  PasskeyListResponse,
  PasskeyResponse,
  RegisteredPasskeyResponse,
  RegisterPasskeyRequest,
  RenamePasskeyRequest,
} from './passkeys.dto.js';
import { OwnPasskeysService } from './own-passkeys.service.js';
import { PasskeyListService } from './passkey-list.service.js';
import { PasskeyEnrolmentService } from './passkey-enrolment.service.js';
import { ChangesFactors } from './changes-factors.decorator.js';
import { FactorChangeRequest } from './two-factor.dto.js';

/** Lists, adds, renames and removes the member's passkeys. */
@ApiTags('The member')
@Controller('members/me/passkeys')
export class PasskeysController {
  constructor(
    private readonly enrolment: PasskeyEnrolmentService,
    private readonly passkeys: OwnPasskeysService,
    private readonly passkeyList: PasskeyListService,
  ) {}

  /**
   * Begin to add a passkey
   * @remarks Returns what the browser needs to create one. The member's existing passkeys are excluded.
   */
  @Post('options')
  @HttpCode(HttpStatus.OK)
  @ChangesFactors('passkey_limit_reached')
  async options(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() request: FactorChangeRequest,
    @Context() context: ClientContext,
  ): Promise<CreationOptionsResponse> {
    return this.enrolment.begin(principal, { ...request }, context);
  }

  /**
   * Add a passkey
   * @remarks From now on logins need a second factor, or begin with a passkey. If this is the first second factor, the
   * response contains the recovery codes.
   */
  @Post()
  @RecentlySignedIn('factor_proof_required', 'passkey_invalid', 'passkey_limit_reached')
  async register(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() { credential, name = null }: RegisterPasskeyRequest,
    @Context() context: ClientContext,
  ): Promise<RegisteredPasskeyResponse> {
    return this.enrolment.finish(principal, credential, name, context);
  }

  /**
   * List my passkeys
   * @remarks Oldest first. The list has no pages, because the number of passkeys is limited.
   */
  @Get()
  @SignedIn()
  async list(@CurrentPrincipal() { memberId }: MemberPrincipal): Promise<PasskeyListResponse> {
    return this.passkeyList.list(memberId);
  }

  /**
   * Rename a passkey
   * @remarks null removes the name.
   */
  @Patch(':id')
  @SignedIn('not_found')
  async rename(
    @CurrentPrincipal() principal: MemberPrincipal,
    @IdParam() id: string,
    @Body() { name }: RenamePasskeyRequest,
    @Context() context: ClientContext,
  ): Promise<PasskeyResponse> {
    return this.passkeys.rename(principal, id, name, context);
  }

  /**
   * Remove a passkey
   * @remarks Needs a recent login. It also needs a passkey, proven in that login or by `POST /api/auth/reauthenticate`, or
   * a recovery code. A code of the app is not enough. With the last second factor the recovery codes are removed as well.
   */
  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ChangesFactors('not_found', 'last_way_in')
  async remove(
    @CurrentPrincipal() principal: MemberPrincipal,
    @IdParam() id: string,
    @Body() request: FactorChangeRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.passkeys.remove(principal, id, { ...request }, context);
  }
}
