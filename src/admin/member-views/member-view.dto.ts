import { ApiProperty } from '@nestjs/swagger';
import { publicEventId } from '../../security/events/events.js';
import type { ListedDelivery } from '../../security/events/deliveries/delivery-lists.repository.js';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../security/events/deliveries/event-delivery.entity.js';
import { OPEN_CHALLENGE_KINDS, type ListedChallenge } from '../../mfa/challenges/open-challenges.service.js';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { PageResponse } from '../../platform/http/validation/page.dto.js';
import type { MemberSession } from './member-views.service.js';

export class MemberSessionResponse implements MemberSession {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: "Ada's phone" }) deviceName: string | null;
  /** @example Firefox */
  browser: string | null;
  /** @example Android */
  os: string | null;
  @ApiProperty({ example: '198.18.3.7' }) ip: string;
  /** @example KR */
  country: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  bound: boolean;
}

export class MemberSessionListResponse {
  items: MemberSessionResponse[];
}

export class OpenChallengeResponse implements ListedChallenge {
  @ApiProperty({ enum: OPEN_CHALLENGE_KINDS }) kind: ListedChallenge['kind'];
  @ApiProperty({ type: String, format: 'date-time' }) at: Date | null;
  /** null: until a reset or an administrator ends it */
  @ApiProperty({ type: String, format: 'date-time' }) until: Date | null;
  /** Guesses or failures so far */
  @ApiInteger({ example: 1 }) attempts: number | null;
}

export class OpenChallengeListResponse {
  items: OpenChallengeResponse[];
}

export class MemberDeliveryResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'uuid' }) webhookId: string;
  @ApiProperty({ example: 'evt_0000000000000000042' }) eventId: string;
  /** @example member.created */
  type: string;
  @ApiProperty({ enum: DELIVERY_STATUSES }) status: DeliveryStatus;
  @ApiInteger({ example: 1 }) attempts: number;
  createdAt: Date;
  availableAt: Date;
  @ApiProperty({ type: String, format: 'date-time' }) finishedAt: Date | null;
  @ApiProperty({ example: 'answered 503' }) lastError: string | null;
}

export class MemberDeliveryListResponse extends PageResponse {
  items: MemberDeliveryResponse[];
}

/** Copies field by field, so that a column that is added later is not published by accident. */
export const memberDeliveryResponseOf = (delivery: ListedDelivery): MemberDeliveryResponse => ({
  id: delivery.id,
  webhookId: delivery.webhookId,
  eventId: publicEventId(delivery.eventId),
  type: delivery.type,
  status: delivery.status,
  attempts: delivery.attempts,
  createdAt: delivery.createdAt,
  availableAt: delivery.availableAt,
  finishedAt: delivery.finishedAt,
  lastError: delivery.lastError,
});
