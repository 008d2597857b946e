import type pg from 'pg';
import { eventually } from './eventually.js';
import type { HttpAnswer } from './http-client.js';

/**
 * Columns that count attempts or refreshes. A counted attempt must survive the refusal of its
 * request.
 */
const IGNORED = ['guesses', 'burst_since', 'burst_refreshes'];

/** The owners of rows that an administrator makes or is named in. */
const OTHER_OWNERS: Readonly<Record<string, string>> = {
  security_events: 'member_id = ANY($1) OR actor_id = ANY($1) OR api_key_id = ANY($1)',
  invitations: 'member_id = ANY($1) OR invited_by = ANY($1)',
};

/**
 * Reads the rows that belong to members, and those that administrators make. The tables of members are
 * found by their column `member_id`, so that a new table is included.
 */
export class RowChanges {
  private constructor(
    private readonly sql: pg.Pool,
    private readonly statement: string,
  ) {}

  static async of(sql: pg.Pool): Promise<RowChanges> {
    const { rows } = await sql.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
       WHERE a.attname = 'member_id' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace`,
    );
    const ignored = `ARRAY[${IGNORED.map((column) => `'${column}'`).join()}]`;
    const selections = rows.map(({ name }) => {
      const owner = OTHER_OWNERS[name] ?? 'member_id = ANY($1)';
      // The dispatcher changes mails while the test runs.
      const row = name === 'outbox_messages' ? `jsonb_build_array(id, template)` : `to_jsonb(t) - ${ignored}`;
      return `SELECT '${name} ' || (${row})::text AS line FROM ${name} t WHERE ${owner}`;
    });
    selections.push(
      `SELECT 'api_keys ' || (to_jsonb(t) - 'last_used_at')::text AS line FROM api_keys t WHERE created_by = ANY($1)`,
    );
    selections.push(`SELECT 'webhooks ' || to_jsonb(t)::text FROM webhooks t`);
    selections.push(`SELECT 'members ' || to_jsonb(t)::text FROM members t WHERE id = ANY($1)`);
    return new RowChanges(sql, selections.join(' UNION ALL '));
  }

  async read(memberIds: readonly string[]): Promise<Set<string>> {
    const { rows } = await this.sql.query<{ line: string }>(this.statement, [memberIds]);
    return new Set(rows.map(({ line }) => line));
  }

  /**
   * The rows that are new, changed or gone. Removed passkey challenges are left out, because a
   * refused attempt uses up its challenge too.
   */
  difference(before: ReadonlySet<string>, after: ReadonlySet<string>): string[] {
    const added = [...after].filter((line) => !before.has(line)).map((line) => `+ ${line}`);
    const removed = [...before].filter((line) => !after.has(line) && !line.startsWith('passkey_challenges '));
    return [...added, ...removed.map((line) => `- ${line}`)];
  }
}

/**
 * Locks the member's row in a transaction, runs the statement `text` in it (such as the revocation
 * of a session), and sends the request. Commits when the request waits for the row.
 * @throws Error if the statement does not affect exactly one row, or if the request is answered
 * without having waited
 */
export async function whileLocked(
  sql: pg.Pool,
  memberId: string,
  { text, values }: { text: string; values: unknown[] },
  send: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const holder = await sql.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT id FROM members WHERE id = $1 FOR NO KEY UPDATE', [memberId]);
    const taken = await holder.query(text, values);
    if (taken.rowCount !== 1) throw new Error(`${text}: ${taken.rowCount} rows`);
    const early: { answer?: HttpAnswer } = {};
    const sent = send().then((answer) => (early.answer = answer));
    await untilAwaited(sql, holder, () => {
      if (early.answer) throw new Error(`Answered without waiting: ${early.answer.status} ${early.answer.text}`);
    });
    await holder.query('COMMIT');
    return await sent;
  } finally {
    await holder.query('ROLLBACK').catch(() => undefined); // nothing to do after a commit
    holder.release();
  }
}

/**
 * Locks the row of a member, or of `table`, until `action` has ended. `action` gets a function that
 * resolves when a request waits for the row.
 */
export async function whileHeld(
  sql: pg.Pool,
  id: string,
  action: (untilRowIsAwaited: () => Promise<void>) => Promise<void>,
  table: 'members' | 'proof_requests' = 'members',
): Promise<void> {
  const holder = await sql.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(`SELECT id FROM ${table} WHERE id = $1 FOR NO KEY UPDATE`, [id]);
    await action(() => untilAwaited(sql, holder));
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
  }
}

/** Waits until another connection waits for what `holder` has locked. */
async function untilAwaited(sql: pg.Pool, holder: pg.PoolClient, check?: () => void): Promise<void> {
  const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await eventually('a request waits for the row', async () => {
    check?.();
    const { rowCount } = await sql.query(
      'SELECT FROM pg_stat_activity WHERE datname = current_database() AND $1 = ANY(pg_blocking_pids(pid))',
      [rows[0]!.pid],
    );
    return rowCount ? true : undefined;
  });
}
