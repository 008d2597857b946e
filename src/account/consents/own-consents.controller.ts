import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { GiveConsentsRequest, OwnConsentListResponse } from './own-consents.dto.js';
import { OwnConsentsService } from './own-consents.service.js';

/** What a member agrees to. */
@ApiTags('Consents')
@Controller('members/me/consents')
export class OwnConsentsController {
  constructor(private readonly consents: OwnConsentsService) {}

  /**
   * List my consents
   * @remarks Empty without CONSENTS.
   */
  @Get()
  @ApiOperation({ operationId: 'consentsList' })
  @SignedIn()
  async list(
    @CurrentPrincipal() { memberId }: MemberPrincipal,
    @Context() context: ClientContext,
  ): Promise<OwnConsentListResponse> {
    return { items: await this.consents.list(memberId, context) };
  }

  /**
   * Give consents
   * @remarks Versions that are not in force yet are accepted too. A consent that is still in effect changes nothing.
   * After a withdrawal it can be given again.
   */
  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'consentsGive' })
  @SignedIn()
  async give(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Body() { consents }: GiveConsentsRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.consents.give(principal, consents, context);
  }

  /**
   * Withdraw a consent
   * @remarks Only for documents that are not required.
   */
  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'consentsWithdraw' })
  @ApiParam({ name: 'id', type: String, description: 'The id of a document', example: 'news' })
  @SignedIn('not_found', 'consent_required')
  async withdraw(
    @CurrentPrincipal() principal: MemberPrincipal,
    @Param('id') document: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.consents.withdraw(principal, document, context);
  }
}
