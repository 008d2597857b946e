import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { EVENT_TYPES, type EventBody, type EventType } from '../../security/events/events.js';
import { ApiInteger } from '../../platform/http/integer.decorator.js';
import { IsPageLimit } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent, Rule } from '../../platform/http/validation/rule.js';

/** `latest`, or a position and a time: of the response, or of the last event of a full page. */
const LOG_CURSOR = /^(latest|\d{1,18}\.[0-9a-z]{1,10})$/;
const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 50;

function IsLogCursor(): PropertyDecorator {
  return applyDecorators(
    Rule('invalid_characters', (value) => typeof value === 'string' && LOG_CURSOR.test(value)),
    ApiProperty({ type: String, pattern: LOG_CURSOR.source, example: 'latest' }),
  );
}

/** Types of events, comma-separated. */
function AreListedTypes(): PropertyDecorator {
  const areTypes = (value: unknown): boolean =>
    typeof value === 'string' && value.split(',').every((type) => EVENT_TYPES.includes(type as EventType));
  const one = `(${EVENT_TYPES.join('|').replaceAll('.', '\\.')})`;
  return applyDecorators(
    Rule('invalid_value', areTypes, { allowed: EVENT_TYPES.join(', ') }),
    ApiProperty({ type: String, pattern: `^${one}(,${one})*$`, example: 'member.created,member.erased' }),
  );
}

export class EventLogQuery {
  /** `nextCursor` of the previous response, or `latest` for events from now on. If absent, begins with the oldest event of the last EVENT_RETENTION_SECONDS */
  @MayBeAbsent()
  @IsLogCursor()
  after?: string;

  /** Only these types, comma-separated */
  @MayBeAbsent()
  @AreListedTypes()
  types?: string;

  /** Entries on a page */
  @MayBeAbsent()
  @IsPageLimit({ max: MAX_LIMIT, standard: DEFAULT_LIMIT })
  limit?: string;
}

export class EventResponse implements EventBody {
  /** The id of the event, also the `webhook-id` of its deliveries. The later of two events of one member has the greater id */
  @ApiProperty({ example: 'evt_0000000000000000042' })
  id: string;
  @ApiProperty({ enum: EVENT_TYPES }) type: EventType;
  occurredAt: Date;
  @ApiProperty({ format: 'uuid' }) memberId: string | null;
  /** Depends on the type; see `webhooks` in this document */
  @ApiProperty({ type: Object })
  data: Record<string, unknown>;
  @ApiInteger({ example: 1 }) schemaVersion: number;
}

export class EventLogResponse {
  items: EventResponse[];
  /** Continue with it, now or later; it is never null */
  nextCursor: string;
  /** Whether more events are there already */
  hasMore: boolean;
}

export const eventLimitOf = ({ limit }: EventLogQuery): number => (limit === undefined ? DEFAULT_LIMIT : Number(limit));

export const eventTypesOf = ({ types }: EventLogQuery): EventType[] | null =>
  types === undefined ? null : (types.split(',') as EventType[]);
