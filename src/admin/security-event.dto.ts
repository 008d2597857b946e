import { ApiProperty } from '@nestjs/swagger';
import { IsMoment, IsOneOf, IsUuid } from '../platform/http/validation/field-decorators.js';
import { PageQuery, PageResponse } from '../platform/http/validation/page.dto.js';
import { MayBeAbsent } from '../platform/http/validation/rule.js';
import { PERSON_DIGEST } from '../security/audit-log/audit-log.service.js';
import type { SecurityEvent } from '../security/audit-log/security-event.entity.js';
import type { EventFilter } from '../security/audit-log/security-events.repository.js';
import { SECURITY_EVENT_TYPES } from '../security/audit-log/security-events.js';
import { summariseUserAgent } from '../sessions/user-agent.js';

export class SecurityEventsQuery extends PageQuery {
  /** The member whom the event concerns */
  @MayBeAbsent()
  @IsUuid()
  memberId?: string;

  @MayBeAbsent() @IsOneOf(SECURITY_EVENT_TYPES, { description: 'What happened; see docs/events.md' }) type?: string;

  /** From this moment on; a date without a time means midnight UTC */
  @MayBeAbsent()
  @IsMoment()
  from?: string;

  /** Before this moment */
  @MayBeAbsent()
  @IsMoment()
  to?: string;
}

/** Reads the filter from the query and parses its dates. */
export const eventFilterOf = ({ memberId, type, from, to }: SecurityEventsQuery): EventFilter => ({
  memberId,
  type,
  from: from === undefined ? undefined : new Date(from),
  to: to === undefined ? undefined : new Date(to),
});

export class SecurityEventResponse {
  /** @example '4711' */
  id: string;
  @ApiProperty({ enum: SECURITY_EVENT_TYPES }) type: string;
  at: Date;
  /** The member whom the event concerns */
  @ApiProperty({ format: 'uuid' }) memberId: string | null;
  /** The administrator who caused the event; null for events that no administrator caused */
  @ApiProperty({ format: 'uuid' }) actorId: string | null;
  /** The API key that caused the event, instead of an administrator */
  @ApiProperty({ format: 'uuid' }) apiKeyId: string | null;
  @ApiProperty({ format: 'uuid' }) sessionId: string | null;
  @ApiProperty({ example: '198.18.3.7' }) ip: string;
  @ApiProperty({ example: 'Mozilla/5.0 …' }) userAgent: string;
  /** @example 'Firefox' */
  browser: string | null;
  /** @example 'Linux' */
  os: string | null;
  /** The request id that the log and the response contain */
  @ApiProperty({ format: 'uuid' }) requestId: string;
  /** Facts that go with the type; see docs/events.md */
  @ApiProperty({ type: Object }) details: Record<string, unknown>;
}

export class SecurityEventListResponse extends PageResponse {
  items: SecurityEventResponse[];
}

/** Copies field by field, so that a column that is added later is not published by accident. */
export const securityEventResponseOf = (event: SecurityEvent): SecurityEventResponse => ({
  id: event.id,
  type: event.type,
  at: event.at,
  memberId: event.memberId,
  actorId: event.actorId,
  apiKeyId: event.apiKeyId,
  sessionId: event.sessionId,
  ip: event.ip,
  userAgent: event.userAgent,
  ...summariseUserAgent(event.userAgent),
  requestId: event.requestId,
  details: withoutDigest(event.details),
});

/** Leaves out the digest of a person's address, which only the erasure uses. */
const withoutDigest = ({ [PERSON_DIGEST]: _, ...details }: Record<string, unknown>): Record<string, unknown> => details;
