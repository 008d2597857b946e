import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { ReadReplica } from '../../platform/database/read-replica.js';
import { Conditions, microsOf, type PagePosition } from '../../platform/database/page.js';
import type { SecurityEvent } from './security-event.entity.js';

const COLUMNS = `id, at, type, member_id AS "memberId", session_id AS "sessionId", actor_id AS "actorId", api_key_id AS "apiKeyId", ip, user_agent AS "userAgent", request_id AS "requestId", details`;

/** Selects events; `from` is inclusive, `to` is exclusive. */
export interface EventFilter {
  readonly memberId?: string | undefined;
  readonly type?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/**
 * Reads the table `security_events`. SQL, although lists are a cold path: the table is large, and
 * each list is written for an index that a test checks with EXPLAIN.
 */
@Injectable()
export class SecurityEventsRepository {
  constructor(
    private readonly database: Database,
    private readonly replica: ReadReplica,
  ) {}

  /** Events of one member, newest first, older than the event `beforeId` if that is set. */
  async listOfMember(memberId: string, limit: number, beforeId: string | null): Promise<SecurityEvent[]> {
    const { rows } = await this.database.query<SecurityEvent>(
      `SELECT ${COLUMNS} FROM security_events WHERE member_id = $1 AND id < coalesce($3::bigint, 9223372036854775807)
       ORDER BY id DESC LIMIT $2`,
      [memberId, limit, beforeId],
    );
    return rows;
  }

  /** Events of all members, newest first. */
  async list(
    filter: EventFilter,
    limit: number,
    after: PagePosition | null,
  ): Promise<(SecurityEvent & PagePosition)[]> {
    const { text, values } = eventListStatement(filter, limit, after);
    return (await this.replica.query<SecurityEvent & PagePosition>(text, values)).rows;
  }
}

/** The statement of a list, separate so that a test can check its plan. */
export function eventListStatement(
  { memberId, type, from, to }: EventFilter,
  limit: number,
  after: PagePosition | null,
): { text: string; values: unknown[] } {
  const conditions = new Conditions()
    .addIfDefined('member_id = $', memberId)
    .addIfDefined('type = $', type)
    .addIfDefined('at >= $', from)
    .addIfDefined('at < $', to)
    .addAfter(after, 'at', 'bigint');
  const limitAt = conditions.values.push(limit);
  return {
    text: `SELECT ${COLUMNS}, ${microsOf('at')} AS micros FROM security_events ${conditions.where} ORDER BY at DESC, id DESC LIMIT $${limitAt}`,
    values: conditions.values,
  };
}
