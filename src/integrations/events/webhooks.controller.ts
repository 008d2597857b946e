import { Body, Delete, Get, HttpCode, HttpStatus, Patch, Post } from '@nestjs/common';
import {
  AdminChanges,
  AdminController,
  AdminReads,
} from '../../platform/http/administration/admin-controller.decorator.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import { IdParam } from '../../platform/http/id-param.decorator.js';
import { OptionalBody } from '../../platform/http/optional-body.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import { EmptyRequest } from '../../platform/http/validation/empty-request.dto.js';
import { WebhookAdministrationService } from './webhook-administration.service.js';
import {
  CreatedWebhookResponse,
  CreateWebhookRequest,
  UpdateWebhookRequest,
  WebhookListResponse,
  webhookResponseOf,
  WebhookResponse,
  WebhookSecretResponse,
} from './webhook.dto.js';

/** Manages the receivers of events. */
@AdminController('webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhookAdministrationService) {}

  /**
   * Create a webhook
   * @remarks It receives every change that commits after the response, which is the only one that contains the secret.
   */
  @Post()
  @AdminChanges('webhooks:write', 'webhook_limit_reached')
  async create(
    @CurrentPrincipal() admin: Principal,
    @Body() body: CreateWebhookRequest,
    @Context() context: ClientContext,
  ): Promise<CreatedWebhookResponse> {
    const { url, types, description } = body;
    const request = { url, types, description: description ?? null };
    const { webhook, secret } = await this.webhooks.create(admin, request, context);
    return { ...webhookResponseOf(webhook), secret };
  }

  /** List webhooks */
  @Get()
  @AdminReads('webhooks:write')
  async list(): Promise<WebhookListResponse> {
    return { items: (await this.webhooks.list()).map(webhookResponseOf) };
  }

  /** Show one webhook */
  @Get(':id')
  @AdminReads('webhooks:write', 'not_found')
  async get(@IdParam() id: string): Promise<WebhookResponse> {
    return webhookResponseOf(await this.webhooks.get(id));
  }

  /**
   * Change a webhook
   * @remarks Enabling it lets deliveries go on that have waited.
   */
  @Patch(':id')
  @AdminChanges('webhooks:write')
  async update(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @Body() body: UpdateWebhookRequest,
    @Context() context: ClientContext,
  ): Promise<WebhookResponse> {
    return webhookResponseOf(await this.webhooks.update(admin, id, { ...body }, context));
  }

  /** Delete a webhook with its deliveries */
  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @AdminChanges('webhooks:write')
  async delete(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.webhooks.delete(admin, id, context);
  }

  /**
   * Replace the secret of a webhook
   * @remarks Deliveries carry signatures with both secrets for a day.
   */
  @Post(':id/rotate-secret')
  @HttpCode(HttpStatus.OK)
  @AdminChanges('webhooks:write')
  async rotateSecret(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @OptionalBody() _body: EmptyRequest,
    @Context() context: ClientContext,
  ): Promise<WebhookSecretResponse> {
    return { secret: await this.webhooks.rotateSecret(admin, id, context) };
  }
}
