import { ApiProperty } from '@nestjs/swagger';
import type { InspectedMail } from '../mail/outbox/outbox-inspection.service.js';
import type { OutboxStatus } from '../mail/outbox/outbox-message.entity.js';
import { Field } from '../platform/http/validation/field.js';
import * as rules from '../platform/http/validation/rules.js';
import { PageQuery, PageResponse } from '../platform/http/validation/page.dto.js';

const STATUSES = ['pending', 'sent', 'dead', 'dropped', 'withheld'] as const satisfies OutboxStatus[];

export class OutboxQuery extends PageQuery {
  @Field({ rule: rules.oneOf(...STATUSES), isOptional: true, api: { enum: STATUSES, example: 'dead' } })
  status?: OutboxStatus;
}

export class OutboxMessageResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: 'password-reset' }) template: string;
  @ApiProperty({ example: 'ko' }) locale: string;
  @ApiProperty({
    enum: STATUSES,
    description:
      'pending: waits or is being sent; dead: refused for good or tried too often; dropped: overtaken; withheld: never meant to go out',
  })
  status: OutboxStatus;
  @ApiProperty({
    nullable: true,
    type: String,
    example: 'a***@example.com',
    description: 'Masked; null once it is gone',
  })
  to: string | null;
  @ApiProperty({ format: 'uuid', nullable: true, type: String }) memberId: string | null;
  @ApiProperty({ type: 'integer', example: 3 }) attempts: number;
  @ApiProperty({ format: 'date-time' }) createdAt: Date;
  @ApiProperty({ format: 'date-time', description: 'Not sent before this' }) availableAt: Date;
  @ApiProperty({ format: 'date-time', nullable: true, type: String }) expiresAt: Date | null;
  @ApiProperty({ format: 'date-time', nullable: true, type: String }) finishedAt: Date | null;
  @ApiProperty({ nullable: true, type: String, example: 'EENVELOPE: 550 no such user' }) lastError: string | null;
}

export class OutboxListResponse extends PageResponse {
  @ApiProperty({ type: [OutboxMessageResponse] }) items: OutboxMessageResponse[];
}

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
