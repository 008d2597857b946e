import { Delete, HttpCode, HttpStatus } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AdminController, PersonChanges } from '../../platform/http/administration/admin-controller.decorator.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import { IdParam } from '../../platform/http/id-param.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { PasskeyRemovalService } from './passkey-removal.service.js';
import { UnlinkingService } from './unlinking.service.js';

/** Removes single ways in of a member. For people alone: a stolen API key could weaken accounts (AK-03). */
@AdminController('members/:id')
export class WaysInAdminController {
  constructor(
    private readonly passkeys: PasskeyRemovalService,
    private readonly unlinking: UnlinkingService,
  ) {}

  /**
   * Remove one passkey of a member
   * @remarks The member is notified by mail. Not for your own account: `forbidden`.
   */
  @Delete('passkeys/:passkeyId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'removeMemberPasskey' })
  @PersonChanges()
  async removePasskey(
    @CurrentPrincipal() admin: MemberPrincipal,
    @IdParam() id: string,
    @IdParam('passkeyId') passkeyId: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.passkeys.remove(admin, id, passkeyId, context);
  }

  /**
   * Unlink a provider account of a member
   * @remarks It can then no longer log in to this account. Ends the sessions that a provider opened. The member is
   * notified by mail. Not for your own account: `forbidden`.
   */
  @Delete('identities/:identityId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'unlinkMemberIdentity' })
  @PersonChanges()
  async unlinkIdentity(
    @CurrentPrincipal() admin: MemberPrincipal,
    @IdParam() id: string,
    @IdParam('identityId') identityId: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.unlinking.unlink(admin, id, identityId, context);
  }
}
