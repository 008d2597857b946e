import { Body, Delete, Get, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import {
  AdminController,
  PersonChanges,
  PersonReads,
} from '../../platform/http/administration/admin-controller.decorator.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import { IdParam } from '../../platform/http/id-param.decorator.js';
import { OptionalBody } from '../../platform/http/optional-body.decorator.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { EmptyRequest } from '../../platform/http/validation/empty-request.dto.js';
import { limitOf, PageQuery } from '../../platform/http/validation/page.dto.js';
import { ApiKeyAdministrationService } from './api-key-administration.service.js';
import {
  ApiKeyListResponse,
  apiKeyRequestOf,
  apiKeyResponseOf,
  CreateApiKeyRequest,
  IssuedApiKeyResponse,
} from './api-key.dto.js';

/** Manages API keys. For people only: a key must not be able to make itself a successor (AK-03). */
@AdminController('api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeyAdministrationService) {}

  /**
   * Create an API key
   * @remarks The response is the only one that contains the key.
   */
  @Post()
  @PersonChanges()
  async create(
    @CurrentPrincipal() admin: MemberPrincipal,
    @Body() body: CreateApiKeyRequest,
    @Context() context: ClientContext,
  ): Promise<IssuedApiKeyResponse> {
    return this.keys.create(admin, apiKeyRequestOf(body), context);
  }

  /**
   * List API keys
   * @remarks Newest first. Includes keys that have ended, because the audit log names keys by their id.
   */
  @Get()
  @PersonReads()
  async list(@Query() query: PageQuery): Promise<ApiKeyListResponse> {
    const { items, nextCursor } = await this.keys.list(limitOf(query), query.cursor);
    return { items: items.map(apiKeyResponseOf), nextCursor };
  }

  /**
   * Add a second secret to an API key
   * @remarks The previous secret stays valid until the next rotation, so that programs can change over
   * one by one. Two rotations end a secret that has leaked.
   */
  @Post(':id/rotate')
  @HttpCode(HttpStatus.OK)
  @PersonChanges()
  async rotate(
    @CurrentPrincipal() admin: MemberPrincipal,
    @IdParam() id: string,
    @OptionalBody() _body: EmptyRequest,
    @Context() context: ClientContext,
  ): Promise<IssuedApiKeyResponse> {
    return this.keys.rotate(admin, id, context);
  }

  /**
   * Revoke an API key
   * @remarks Takes effect within a second on every replica, and ends the streams of the key.
   */
  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @PersonChanges()
  async revoke(
    @CurrentPrincipal() admin: MemberPrincipal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.keys.revoke(admin, id, context);
  }
}
