import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { AppConfig } from '../../platform/config/app-config.js';

/** Rows of one statement: what was done before the work was broken off need not be done again. */
const BATCH = 10_000;

/** What was voided. */
export interface Voided {
  readonly proofs: number;
  readonly sessions: number;
  readonly emailChanges: number;
}

/** After a backup has been put back: closes the doors that going back in time has opened again. */
@Injectable()
export class RestoreService {
  constructor(private readonly config: AppConfig) {}

  /**
   * Voids whatever may have been used or ended between the backup and now: codes, links, reset grants, logins under way,
   * undoing a change of address, and sessions. Members, passwords and second factors stay as they were at the time of the
   * backup. Each batch is a commit; where it was broken off it is simply run again.
   */
  async voidWhatMayBeUsed(): Promise<Voided> {
    const connection = new pg.Client({
      connectionString: this.config.directDatabaseUrl,
      application_name: 'munjigi-after-restore',
      // As for migrations: it takes as long as the tables are large, and nobody waits for it.
      options: '-c statement_timeout=0 -c lock_timeout=0 -c timezone=UTC',
    });
    connection.on('error', () => undefined); // the statement under way says so
    await connection.connect();
    try {
      await connection.query(`TRUNCATE reset_grants, mfa_challenges, passkey_challenges`);
      const change = (changes: Change): Promise<number> => changeInBatches(connection, changes);
      // Whatever waits carries a proof that is void now, or tells of something that was told before.
      await change({
        table: 'outbox_messages',
        set: `status = 'dropped', payload = NULL, finished_at = now(), last_error = 'a backup was restored'`,
        where: `status = 'pending'`,
      });
      return {
        proofs: await change({
          table: 'proof_requests',
          set: 'voided_at = now()',
          where: 'spent_at IS NULL AND voided_at IS NULL',
        }),
        emailChanges: await change({
          table: 'email_changes',
          set: 'closed_at = now()',
          where: 'closed_at IS NULL',
        }),
        sessions: await change({
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

/** A change to rows of a table, which the condition is not true of any more afterwards. */
interface Change {
  readonly table: string;
  readonly set: string;
  readonly where: string;
}

/** In the order of their keys, so that what was changed is not looked at again. @returns how many rows were changed */
async function changeInBatches(connection: pg.Client, { table, set, where }: Change): Promise<number> {
  let total = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows } = await connection.query<{ count: number; last: string | null }>(
      `WITH batch AS (SELECT id FROM ${table} WHERE id > $1 AND ${where} ORDER BY id LIMIT ${BATCH}),
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
