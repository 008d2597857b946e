import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { AppConfig } from '../../platform/config/app-config.js';
import { DatabaseClient } from '../../platform/database/database-client.js';
import { sessionSettings } from '../../platform/database/session-settings.js';

/**
 * Rows per statement. Each statement commits, so a run that is repeated after a failure continues
 * where it stopped.
 */
const BATCH_SIZE = 10_000;

/** How many rows were voided. */
export interface VoidedCounts {
  /** E-mail challenges: mailed codes and links. */
  readonly challenges: number;
  readonly sessions: number;
  readonly emailChanges: number;
}

/**
 * Voids credentials after a backup was restored. Codes, links and sessions that were used or ended
 * after the backup was made are still valid in it. They must not work a second time.
 *
 * The statements on tables of other modules are here, because they run together, once, on a
 * connection without the application's timeouts.
 */
@Injectable()
export class RestoreService {
  constructor(private readonly config: AppConfig) {}

  /**
   * Voids codes, links, reset grants, logins and social sign-ups in progress, the undo links of e-mail changes, and
   * sessions. Members, passwords and second factors stay as they are in the backup. An interrupted
   * run can simply be repeated.
   */
  async voidCredentials(): Promise<VoidedCounts> {
    const connection = new DatabaseClient({
      connectionString: this.config.directDatabaseUrl,
      application_name: 'munjigi-after-restore',
      // No timeouts, as for migrations: the time depends on the size of the tables, and no request
      // waits.
      session: sessionSettings({ timeoutMs: 0 }),
    });
    connection.on('error', () => undefined); // the running statement fails with the same error
    await connection.connect();
    try {
      await connection.query(
        `TRUNCATE reset_grants, mfa_challenges, passkey_challenges, social_requests, social_sign_ups`,
      );
      // Pending mails carry a code or link that is void now, or a notification that may have been
      // sent already.
      await updateInBatches(connection, {
        table: 'outbox_messages',
        set: `status = 'dropped', payload = NULL, finished_at = now(), last_error = 'a backup was restored'`,
        where: `status = 'pending'`,
      });
      // Receivers know ids and positions of events that the backup lacks, and new events must come after
      // those. The sequences continue at the present time in microseconds, so that a later restore, even
      // of the same backup, begins with greater numbers.
      await connection.query(
        `SELECT setval(name::regclass, greatest(nextval(name::regclass), floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint))
         FROM unnest('{events_id_seq,events_position_seq}'::text[]) AS name`,
      );
      return {
        challenges: await updateInBatches(connection, {
          table: 'proof_requests',
          set: 'voided_at = now()',
          where: 'spent_at IS NULL AND voided_at IS NULL',
        }),
        emailChanges: await updateInBatches(connection, {
          table: 'email_changes',
          set: 'closed_at = now()',
          where: 'closed_at IS NULL',
        }),
        sessions: await updateInBatches(connection, {
          table: 'sessions',
          set: `ended_at = now(), end_reason = 'restored'`,
          where: 'ended_at IS NULL',
        }),
      };
    } finally {
      await connection.end().catch(() => undefined);
    }
  }
}

/** An update of the rows of a table that match `where`. Updated rows no longer match it. */
interface TableUpdate {
  readonly table: string;
  readonly set: string;
  readonly where: string;
}

/**
 * Updates the rows in the order of their ids, so that no batch reads updated rows again.
 *
 * @returns the number of updated rows
 */
async function updateInBatches(connection: pg.Client, { table, set, where }: TableUpdate): Promise<number> {
  let total = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows } = await connection.query<{ count: number; last: string | null }>(
      `WITH batch AS (SELECT id FROM ${table} WHERE id > $1 AND ${where} ORDER BY id LIMIT ${BATCH_SIZE}),
         changed AS (UPDATE ${table} SET ${set} WHERE id IN (SELECT id FROM batch) AND ${where} RETURNING id)
       SELECT (SELECT count(*)::int FROM changed) AS count, (SELECT id FROM batch ORDER BY id DESC LIMIT 1) AS last`,
      [after],
    );
    const { count, last } = rows[0]!;
    if (last === null) return total;
    total += count;
    after = last;
  }
}
