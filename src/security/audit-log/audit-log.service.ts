import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import type { SecurityEvents, SecurityEventType } from './security-events.js';

/** Whom an event is about and where it came from. */
export interface EventSubject {
  readonly memberId?: string | null;
  readonly sessionId?: string | null;
  readonly context: ClientContext;
}

/** Writes the audit. */
@Injectable()
export class AuditLogService {
  /** Hand in the transaction where the event must commit with its cause, the database where it must survive a refusal. */
  async record<T extends SecurityEventType>(
    sql: Sql,
    type: T,
    subject: EventSubject,
    details: SecurityEvents[T],
  ): Promise<void> {
    const { memberId = null, sessionId = null, context } = subject;
    await sql.query(
      `INSERT INTO security_events (type, member_id, session_id, actor_id, ip, user_agent, request_id, details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        ...[type, memberId, sessionId, context.actorId ?? null],
        ...[context.ip, context.userAgent, context.requestId, JSON.stringify(details)],
      ],
    );
  }

  /** Takes out of the audit whatever says who these people were; that something happened, and when, stays. */
  async anonymise(tx: Tx, people: readonly { readonly id: string; readonly loginId: string }[]): Promise<void> {
    const forget = `UPDATE security_events SET ip = '', user_agent = '', details = '{}'`;
    await tx.query(`${forget} WHERE member_id = ANY($1)`, [people.map(({ id }) => id)]);
    // A sign-up was asked for before there was a member, so the login ID is all that links it.
    await tx.query(`${forget} WHERE type = 'sign-up.requested' AND details->>'loginId' = ANY($1)`, [
      people.map(({ loginId }) => loginId),
    ]);
  }
}
