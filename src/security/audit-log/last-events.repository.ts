import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { SecurityEvent } from './security-event.entity.js';
import type { SecurityEventType } from './security-events.js';

export type LastEvent = Pick<SecurityEvent, 'at' | 'actorId' | 'details'> & { readonly type: SecurityEventType };

/**
 * Finds the last events of a member, and the last sign-up request with a login ID. SQL, because
 * TypeORM cannot find the last row of each type in one statement.
 */
@Injectable()
export class LastEventsRepository {
  constructor(private readonly database: Database) {}

  /**
   * The last event of each type; a type without an event is absent. Of `risk.assessed`, only events
   * that refused a login or ended a session count, and not those of a dry run.
   */
  async findOfMember(
    memberId: string,
    types: readonly SecurityEventType[],
  ): Promise<Map<SecurityEventType, LastEvent>> {
    const { rows } = await this.database.query<LastEvent>(
      `SELECT e.* FROM unnest($2::text[]) AS wanted, LATERAL (
         SELECT type, at, actor_id AS "actorId", details FROM security_events
         WHERE member_id = $1 AND type = wanted
           AND (type <> 'risk.assessed' OR (details->>'outcome' = 'end' AND details->>'dryRun' = 'false'))
         ORDER BY at DESC, id DESC LIMIT 1) e`,
      [memberId, [...types]],
    );
    return new Map(rows.map((event) => [event.type, event]));
  }

  /**
   * The last sign-up request with this login ID; null without one. Requests of erased members are not
   * found, because the erasure removes the login ID from the event.
   */
  async findSignUpRequest(loginId: string): Promise<{ at: Date; ageSeconds: number } | null> {
    const { text, values } = signUpRequestStatement(loginId);
    const { rows } = await this.database.query<{ at: Date | null; ageSeconds: number }>(text, values);
    const { at, ageSeconds } = rows[0]!;
    return at && { at, ageSeconds };
  }
}

/** The statement, separate so that a test can check its plan. */
export function signUpRequestStatement(loginId: string): { text: string; values: unknown[] } {
  // OFFSET 0 keeps the planner from reading all sign-ups by time until it meets this login ID.
  return {
    text: `SELECT max(at) AS at, extract(epoch FROM now() - max(at))::float8 AS "ageSeconds" FROM (SELECT at FROM security_events
      WHERE type = 'sign-up.requested' AND details->>'loginId' = $1 OFFSET 0) requests`,
    values: [loginId],
  };
}
