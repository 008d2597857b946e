import { Get, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
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
import { limitOf } from '../../platform/http/validation/page.dto.js';
import { DeliveryAdministrationService } from './delivery-administration.service.js';
import { DeliveriesQuery, DeliveryListResponse, deliveryResponseOf, TestDeliveryResponse } from './webhook.dto.js';

/** Shows what was sent to a webhook, sends an event again, and tries the receiver out. */
@AdminController('webhooks/:id')
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveryAdministrationService) {}

  /**
   * List the deliveries of a webhook
   * @remarks Newest first.
   */
  @Get('deliveries')
  @AdminReads('webhooks:write', 'not_found')
  async list(@IdParam() id: string, @Query() query: DeliveriesQuery): Promise<DeliveryListResponse> {
    const { items, nextCursor } = await this.deliveries.list(id, query.status, limitOf(query), query.cursor);
    return { items: items.map(deliveryResponseOf), nextCursor };
  }

  /**
   * Send an event to a webhook again
   * @remarks For a delivery that was sent or is dead. The event has the same id, and may come after later ones.
   */
  @Post('deliveries/:deliveryId/retry')
  @HttpCode(HttpStatus.ACCEPTED)
  @AdminChanges('webhooks:write', 'webhook_disabled')
  async retry(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @IdParam('deliveryId') deliveryId: string,
    @OptionalBody() _body: EmptyRequest,
    @Context() context: ClientContext,
  ): Promise<void> {
    await this.deliveries.retry(admin, id, deliveryId, context);
  }

  /**
   * Send a test to a webhook
   * @remarks Its type is `webhook.test` and its data is empty. It is not in the event log.
   */
  @Post('test')
  @AdminChanges('webhooks:write', 'webhook_disabled')
  async test(
    @CurrentPrincipal() admin: Principal,
    @IdParam() id: string,
    @OptionalBody() _body: EmptyRequest,
    @Context() context: ClientContext,
  ): Promise<TestDeliveryResponse> {
    return { deliveryId: await this.deliveries.test(admin, id, context) };
  }
}
