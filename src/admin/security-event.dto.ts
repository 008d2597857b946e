import { ApiProperty } from '@nestjs/swagger';
import type { SecurityEvent } from '../security/audit-log/security-event.entity.js';
import { SECURITY_EVENT_TYPES } from '../security/audit-log/security-events.js';
import { Field } from '../platform/http/validation/field.js';
import * as rules from '../platform/http/validation/rules.js';
import { PageQuery, PageResponse } from '../platform/http/validation/page.dto.js';

const MomentField = (description: string): PropertyDecorator =>
  Field({
    rule: rules.moment,
    isOptional: true,
    api: { type: String, format: 'date-time', example: '2026-11-22T05:37:12Z', description },
  });

export class SecurityEventsQuery extends PageQuery {
  @Field({ rule: rules.uuid, isOptional: true, api: { type: String, format: 'uuid', description: 'Whom it is about' } })
  memberId?: string;
  @Field({ rule: rules.oneOf(...SECURITY_EVENT_TYPES), isOptional: true, api: { enum: SECURITY_EVENT_TYPES } })
  type?: string;
  @MomentField('From this moment on; a day alone begins at midnight UTC') from?: string;
  @MomentField('Before this moment') to?: string;
}

export class SecurityEventResponse {
  @ApiProperty({ example: '4711' }) id: string;
  @ApiProperty({ enum: SECURITY_EVENT_TYPES }) type: string;
  @ApiProperty({ format: 'date-time' }) at: Date;
  @ApiProperty({ format: 'uuid', nullable: true, type: String, description: 'Whom it is about' }) memberId:
    string | null;
  @ApiProperty({
    format: 'uuid',
    nullable: true,
    type: String,
    description: 'The administrator who did it; null where people act for themselves',
  })
  actorId: string | null;
  @ApiProperty({ format: 'uuid', nullable: true, type: String }) sessionId: string | null;
  @ApiProperty({ example: '198.18.3.7' }) ip: string;
  @ApiProperty({ example: 'Mozilla/5.0 …' }) userAgent: string;
  @ApiProperty({ format: 'uuid', description: 'The same as in the log and in the answer' }) requestId: string;
  @ApiProperty({ type: Object, description: 'Facts that go with the type; see docs/events.md' }) details: Record<
    string,
    unknown
  >;
}

export class SecurityEventListResponse extends PageResponse {
  @ApiProperty({ type: [SecurityEventResponse] }) items: SecurityEventResponse[];
}

export const securityEventResponseOf = (event: SecurityEvent): SecurityEventResponse => ({
  id: event.id,
  type: event.type,
  at: event.at,
  memberId: event.memberId,
  actorId: event.actorId,
  sessionId: event.sessionId,
  ip: event.ip,
  userAgent: event.userAgent,
  requestId: event.requestId,
  details: event.details,
});
