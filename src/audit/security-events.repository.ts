import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { SecurityEvent } from './security-event.entity.js';

const COLUMNS = `id, at, type, member_id AS "memberId", session_id AS "sessionId", ip, user_agent AS "userAgent", request_id AS "requestId", details`;

/** Owns the table `security_events`, as far as it is read. */
@Injectable()
export class SecurityEventsRepository {
  constructor(private readonly database: Database) {}

  /** A member's events, newest first, from before the event `beforeId` where that is given. */
  async listOfMember(memberId: string, limit: number, beforeId: string | null): Promise<SecurityEvent[]> {
    const { rows } = await this.database.query<SecurityEvent>(
      `SELECT ${COLUMNS} FROM security_events WHERE member_id = $1 AND id < coalesce($3::bigint, 9223372036854775807)
       ORDER BY id DESC LIMIT $2`,
      [memberId, limit, beforeId],
    );
    return rows;
  }
}
