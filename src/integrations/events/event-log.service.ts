import { Injectable } from '@nestjs/common';
import { eventBodyOf, type EventBody, type EventType } from '../../security/events/events.js';
import { CURSOR_GRACE_SECONDS } from '../../security/events/log/event-retention.js';
import { EventsRepository, type LogPosition, type LogRow } from '../../security/events/log/events.repository.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Clock } from '../../platform/database/clock.js';
import { ReadReplica } from '../../platform/database/read-replica.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';

/** A part of the log and where it ends. */
export interface LogPage {
  readonly items: EventBody[];
  /** Always set: the same reader continues with it later. */
  readonly nextCursor: string;
  /** Whether more events are there already. */
  readonly hasMore: boolean;
}

/** As `after`: begin with the events that commit from now on. */
const LATEST = 'latest';

/** The end of a log without events. */
const EMPTY: LogPosition = '0';

/** Reads the event log by cursor. */
@Injectable()
export class EventLogService {
  private readonly retentionSeconds: number;

  constructor(
    { env }: AppConfig,
    private readonly clock: Clock,
    private readonly events: EventsRepository,
    private readonly replica: ReadReplica,
  ) {
    this.retentionSeconds = env.EVENT_RETENTION_SECONDS;
  }

  /**
   * Reads the events after a cursor, oldest first.
   * @param after a cursor; `latest`; undefined for the oldest event within the retention
   * @throws DomainError `validation_failed`; `cursor_expired` if events after it may have been deleted;
   * `service_unavailable` for `latest` while the read replica does not answer
   */
  async read(after: string | undefined, types: readonly EventType[] | null, limit: number): Promise<LogPage> {
    const isLatest = after === LATEST;
    const cursor = after === undefined || isLatest ? null : this.positionOf(after);
    // Without a cursor, assigns a position to every event: the start, or `latest`, depends on all of them.
    let mayHaveMore: boolean;
    do mayHaveMore = await this.events.assignPositions();
    while (mayHaveMore && cursor === null);
    if (isLatest) {
      // A copy of all members follows, which the replica answers: the log goes on from its state.
      const copied = (await this.events.findEnd(this.replica.alone)) ?? EMPTY;
      return { items: [], nextCursor: this.cursorOf(copied), hasMore: false };
    }
    const end = (await this.events.findEnd()) ?? EMPTY;
    // Not at the oldest stored event: a cursor there would have expired if the purge is late.
    const start = cursor ?? (await this.events.findStart(this.retentionSeconds)) ?? end;
    const rows = await this.events.list(start, end, types, limit + 1);
    const items = rows.slice(0, limit);
    const isFull = rows.length > limit;
    // At the end of the log a reader of few types moves on past the events of others.
    const nextCursor = isFull ? this.cursorAfter(items.at(-1)!) : this.cursorOf(later(start, end));
    return { items: items.map(eventBodyOf), nextCursor, hasMore: isFull || mayHaveMore };
  }

  /** The events after it are there already, so the cursor is as old as they are. */
  private cursorAfter({ position, occurredAt }: LogRow): string {
    return this.cursorOf(position, Math.floor(occurredAt.getTime() / 1000));
  }

  /** The time in a cursor shows later whether the purge may have passed it. */
  private cursorOf(position: LogPosition, seconds = this.clock.nowSeconds()): string {
    return `${position}.${seconds.toString(36)}`;
  }

  private positionOf(cursor: string): LogPosition {
    const [, position, seconds] = /^(\d{1,18})\.([0-9a-z]{1,10})$/.exec(cursor) ?? [];
    if (position === undefined)
      throw new DomainError('validation_failed', { fields: [{ field: 'after', code: 'invalid_characters' }] });
    if (parseInt(seconds!, 36) < this.clock.nowSeconds() - this.retentionSeconds - CURSOR_GRACE_SECONDS)
      throw new DomainError('cursor_expired');
    return position;
  }
}

function later(left: LogPosition, right: LogPosition): LogPosition {
  return BigInt(left) > BigInt(right) ? left : right;
}
