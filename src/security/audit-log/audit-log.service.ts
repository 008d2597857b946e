import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { IS_OBSERVED } from '../events/log/event-consumers.repository.js';
import { EventRecordingService } from '../events/log/event-recording.service.js';
import { Tx, type Sql } from '../../platform/database/sql.js';
import { derivedEvent, hasDerivedEvent } from './derived-events.js';
import { PersonDigests } from './person-digests.js';
import type { SecurityEvents, SecurityEventType } from './security-events.js';

const INSERT = `INSERT INTO security_events (type, member_id, session_id, actor_id, ip, user_agent, request_id, details, api_key_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
/**
 * Also asks whether events are observed, without a statement of its own. A "no" stays true until
 * the commit, because a new receiver waits for the lock that the INSERT holds.
 */
const INSERT_AND_ASK = `${INSERT} RETURNING ${IS_OBSERVED} AS observed`;

/** The detail that holds the digest of a non-member's address. Only the erasure uses it. */
export const PERSON_DIGEST = 'personDigest';
/** The events that may concern a person who is no member, and have a reason. */
const ABOUT_PERSONS: readonly SecurityEventType[] = ['invitation.created', 'invitation.resent', 'invitation.withdrawn'];

/** Whose traces an erasure removes. */
export interface ErasedPerson {
  readonly id: string;
  readonly loginId: string;
  /** The canonical addresses by which the audit log may know the person. */
  readonly emailKeys: readonly string[];
}

/** The member and session that an event concerns, and the client that caused it. */
export interface EventSubject {
  readonly memberId?: string | null;
  readonly sessionId?: string | null;
  /** The canonical address of a person who is no member. Stored as a digest, and only with an audit reason. */
  readonly personKey?: string;
  readonly context: ClientContext;
}

/**
 * Writes the audit log, the table `security_events`. Its statements are not in a repository,
 * because writing rows is all that this class does; `SecurityEventsRepository` reads them.
 */
@Injectable()
export class AuditLogService {
  constructor(
    private readonly events: EventRecordingService,
    private readonly persons: PersonDigests,
  ) {}

  /**
   * Records a security event, and the event for the product's own backend that follows from it.
   * @param sql the transaction of the cause, so that both commit together; or the database, for a
   *   security event that must survive the rollback of a refused request. No event may follow from it
   */
  async record<T extends SecurityEventType>(
    sql: Sql,
    type: T,
    subject: EventSubject,
    details: SecurityEvents[T],
  ): Promise<void> {
    const { memberId = null, sessionId = null, personKey, context } = subject;
    const mayCauseEvent = hasDerivedEvent(type);
    const values = [
      ...[type, memberId, sessionId, context.actorId ?? null],
      ...[
        context.ip,
        context.userAgent,
        context.requestId,
        JSON.stringify({ ...details, ...this.reasonOf(context, personKey) }),
        context.apiKeyId ?? null,
      ],
    ];
    if (!mayCauseEvent && sql instanceof Tx) return sql.runLater(INSERT, values);
    const { rows } = await sql.query<{ observed: boolean }>(mayCauseEvent ? INSERT_AND_ASK : INSERT, values);
    if (!mayCauseEvent || !rows[0]!.observed) return;
    const event = derivedEvent(type, details, subject);
    if (event === null || memberId === null) return;
    if (!(sql instanceof Tx)) throw new Error(`${type} must be recorded in the transaction of its cause`);
    await this.events.record(sql, memberId, event);
  }

  /**
   * Empties the details of security events about erased members, and address and user agent unless an administrator or an
   * API key acted. Type, time and ids stay.
   */
  async anonymise(tx: Tx, members: readonly ErasedPerson[]): Promise<void> {
    // Those of an administrator or API key are part of the access record.
    const ifOwn = (column: string): string =>
      `${column} = CASE WHEN actor_id IS NULL AND api_key_id IS NULL THEN '' ELSE ${column} END`;
    const erasing = `UPDATE security_events SET ${ifOwn('ip')}, ${ifOwn('user_agent')}, details = '{}'`;
    await tx.query(`${erasing} WHERE member_id = ANY($1)`, [members.map(({ id }) => id)]);
    // A sign-up request precedes its member, so only the login ID links the two.
    await tx.query(`${erasing} WHERE type = 'sign-up.requested' AND details->>'loginId' = ANY($1)`, [
      members.map(({ loginId }) => loginId),
    ]);
    // By the index on the type; few rows have one of these types.
    await tx.query(`${erasing} WHERE type = ANY($1) AND details->>'${PERSON_DIGEST}' = ANY($2)`, [
      [...ABOUT_PERSONS],
      this.persons.computeAll(members.flatMap(({ emailKeys }) => emailKeys)),
    ]);
  }

  /** The reason of an administrator, under names that no event uses for its own details. */
  private reasonOf({ auditReason }: ClientContext, personKey: string | undefined): object {
    if (auditReason === undefined) return {};
    return { auditReason, ...(personKey !== undefined && { [PERSON_DIGEST]: this.persons.compute(personKey) }) };
  }
}
