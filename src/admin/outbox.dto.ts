import { ApiProperty } from '@nestjs/swagger';
import type { InspectedMail } from '../mail/outbox/outbox-inspection.service.js';
import type { OutboxStatus } from '../mail/outbox/outbox-message.entity.js';
import { ApiInteger } from '../platform/http/integer.decorator.js';
import { IsOneOf } from '../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../platform/http/validation/rule.js';
import { PageQuery, PageResponse } from '../platform/http/validation/page.dto.js';

const STATUSES = ['pending', 'sent', 'dead', 'dropped', 'withheld'] as const satisfies OutboxStatus[];

export class OutboxQuery extends PageQuery {
  @MayBeAbsent() @IsOneOf(STATUSES, { example: 'dead', description: 'Mails with this status' }) status?: OutboxStatus;
}

export class OutboxMessageResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  /** @example password-reset */
  template: string;
  /** @example ko */
  locale: string;
  @ApiProperty({
    enum: STATUSES,
    description:
      'pending: waits or is being sent; dead: refused for good or tried too often; dropped: expired, or its code and link were used or replaced; withheld: a decoy, never sent',
  })
  status: OutboxStatus;
  /** The masked address; null once it is erased */
  @ApiProperty({ example: 'a***@example.com' }) to: string | null;
  @ApiProperty({ format: 'uuid' }) memberId: string | null;
  @ApiInteger({ example: 3 }) attempts: number;
  createdAt: Date;
  /** The mail is not sent before this time */
  availableAt: Date;
  @ApiProperty({ type: String, format: 'date-time' }) expiresAt: Date | null;
  @ApiProperty({ type: String, format: 'date-time' }) finishedAt: Date | null;
  @ApiProperty({ example: 'EENVELOPE: 550 no such user' }) lastError: string | null;
}

export class OutboxListResponse extends PageResponse {
  items: OutboxMessageResponse[];
}

/** Copies field by field, so that a column that is added later is not published by accident. */
export const outboxMessageResponseOf = (mail: InspectedMail): OutboxMessageResponse => ({
  id: mail.id,
  template: mail.template,
  locale: mail.locale,
  status: mail.status,
  to: mail.to,
  memberId: mail.memberId,
  attempts: mail.attempts,
  createdAt: mail.createdAt,
  availableAt: mail.availableAt,
  expiresAt: mail.expiresAt,
  finishedAt: mail.finishedAt,
  lastError: mail.lastError,
});
