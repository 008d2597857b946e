import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../security/events/deliveries/event-delivery.entity.js';
import type { ListedDelivery } from '../../security/events/deliveries/delivery-lists.repository.js';
import { EVENT_TYPES, publicEventId, type EventType } from '../../security/events/events.js';
import type { Webhook } from '../../security/events/webhooks/webhook.entity.js';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsOneOf, IsTrueOrFalse, IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { PageQuery, PageResponse } from '../../platform/http/validation/page.dto.js';
import { IsPresent, MayBeAbsent, MayBeNull, Rule } from '../../platform/http/validation/rule.js';

const MAX_URL = 2000;
const MAX_DESCRIPTION = 200;

/** One or more types of events, each once. */
function AreEventTypes(): PropertyDecorator {
  const areTypes = (value: unknown): boolean =>
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every((type) => EVENT_TYPES.includes(type as EventType));
  return applyDecorators(
    IsPresent(),
    Rule('invalid_value', areTypes, { allowed: EVENT_TYPES.join(', ') }),
    ApiProperty({
      enum: EVENT_TYPES,
      isArray: true,
      minItems: 1,
      maxItems: EVENT_TYPES.length,
      uniqueItems: true,
      example: ['member.created', 'member.updated', 'member.erased'],
    }),
  );
}

export class CreateWebhookRequest {
  /** Where deliveries are posted: https and a public address, unless the server allows others */
  @IsVisibleText({ max: MAX_URL })
  @ApiProperty({ example: 'https://backend.example.com/webhooks/munjigi' })
  url: string;

  /** The events that it receives */
  @AreEventTypes()
  types: EventType[];

  /** For people */
  @MayBeAbsent()
  @IsVisibleText({ max: MAX_DESCRIPTION })
  description?: string;
}

export class UpdateWebhookRequest {
  /** @example 'https://backend.example.com/webhooks/munjigi' */
  @MayBeAbsent() @IsVisibleText({ max: MAX_URL }) url?: string;

  @MayBeAbsent() @AreEventTypes() types?: EventType[];

  /** null removes it */
  @MayBeAbsent()
  @MayBeNull()
  @IsVisibleText({ max: MAX_DESCRIPTION })
  description?: string | null;

  /** false: deliveries wait, and new events are not delivered */
  @MayBeAbsent()
  @IsTrueOrFalse()
  enabled?: boolean;
}

export class WebhookResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  /** @example https://backend.example.com/webhooks/munjigi */
  url: string;
  @ApiProperty({ enum: EVENT_TYPES, isArray: true }) types: EventType[];
  @ApiProperty({ example: 'CRM' }) description: string | null;
  enabled: boolean;
  /** The first failure since the last success */
  @ApiProperty({ type: String, format: 'date-time' }) failingSince: Date | null;
  /** When it was disabled because it had failed for three days */
  @ApiProperty({ type: String, format: 'date-time' }) switchedOffAt: Date | null;
  createdAt: Date;
}

export class WebhookListResponse {
  items: WebhookResponse[];
}

/** A new secret. No other response contains it. */
export class WebhookSecretResponse {
  /** Verifies signatures, as Standard Webhooks describes. Shown this once */
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' })
  secret: string;
}

export class CreatedWebhookResponse extends WebhookResponse {
  /** Verifies signatures, as Standard Webhooks describes. Shown this once */
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' })
  secret: string;
}

export class DeliveriesQuery extends PageQuery {
  @MayBeAbsent()
  @IsOneOf(DELIVERY_STATUSES, { example: 'dead', description: 'Deliveries with this status' })
  status?: DeliveryStatus;
}

export class DeliveryResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  /** The header `webhook-id` of each attempt */
  @ApiProperty({ example: 'evt_0000000000000000042' })
  eventId: string;
  /** @example member.created */
  type: string;
  @ApiProperty({ format: 'uuid' }) memberId: string | null;
  @ApiProperty({
    enum: DELIVERY_STATUSES,
    description: 'dead: given up after three days, or when the webhook was switched off',
  })
  status: DeliveryStatus;
  @ApiInteger({ example: 1 }) attempts: number;
  createdAt: Date;
  /** The next attempt is not made before this time */
  availableAt: Date;
  @ApiProperty({ type: String, format: 'date-time' }) finishedAt: Date | null;
  @ApiProperty({ example: 'answered 503' }) lastError: string | null;
}

export class DeliveryListResponse extends PageResponse {
  items: DeliveryResponse[];
}

export class TestDeliveryResponse {
  /** The id of the test among the deliveries */
  @ApiProperty({ format: 'uuid' })
  deliveryId: string;
}

/** Copies field by field, so that a column that is added later is not published by accident. */
export const webhookResponseOf = (webhook: Webhook): WebhookResponse => ({
  id: webhook.id,
  url: webhook.url,
  types: webhook.types,
  description: webhook.description,
  enabled: webhook.enabled,
  failingSince: webhook.failingSince,
  switchedOffAt: webhook.switchedOffAt,
  createdAt: webhook.createdAt,
});

/** As {@link webhookResponseOf}. */
export const deliveryResponseOf = (delivery: ListedDelivery): DeliveryResponse => ({
  id: delivery.id,
  eventId: publicEventId(delivery.eventId),
  type: delivery.type,
  memberId: delivery.memberId,
  status: delivery.status,
  attempts: delivery.attempts,
  createdAt: delivery.createdAt,
  availableAt: delivery.availableAt,
  finishedAt: delivery.finishedAt,
  lastError: delivery.lastError,
});
