import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams';
import type { ImportedEventsRepository } from '../../security/events/log/imported-events.repository.js';
import { LOCKS } from '../../platform/database/advisory-locks.js';
import type { DatabaseClient } from '../../platform/database/database-client.js';
import { KEEP_STARTS, LEGACY_HASHES_CHANNEL } from '../../users/legacy-hash-kinds.repository.js';
import { UNFINISHED, type ImportedHashes } from './hashes/imported-hashes.js';
import { copyText } from './copy-text.js';
import { refuseCollisions, type CollisionPolicy } from './import-collisions.js';
import { moveRows, READY, type MovedRows } from './move-batch.js';

/** A row as it is staged. `secrets` is JSON with second factors, identities, consents and attributes. */
export interface StagedRow {
  /** Counts the accounts of the file from 1. */
  readonly row: number;
  readonly line: number;
  readonly values: readonly (string | number | boolean | null)[];
}

/** A row that is not imported. */
export interface RefusedRow {
  readonly row: number;
  readonly line: number;
  readonly reason: string;
  /** The row of the file that has the same address or login ID; null if a member has it. */
  readonly otherRow: number | null;
}

export interface ReadyRows extends MovedRows {
  /** Rows that an earlier run has imported. */
  readonly done: number;
}

const STAGED_COLUMNS = `row_number, line, row_key, id, login_id, email, email_key, password_hash, name, locale, role, status, closed_at, created_at, must_change_password, secrets, is_claim, login_id_generated`;

/** Rows of one statement and commit. Few enough that a commit takes well under a second. */
const BATCH = 5000;
/** Where hashes have to be made: a second or two of work. */
const SLOW_BATCH = 100;

/** Characters that are sent at once: one system call for each row takes longer than the rest. */
const COPY_LENGTH = 1 << 16;

const LOCK_ATTEMPTS = 25;
const LOCK_PAUSE_MS = 200;

/**
 * The statements of an import, on one connection: rows are copied to a temporary table, compared
 * there, and moved to the tables of members and second factors in batches. SQL across modules,
 * because a repository call for each row would take an hour for a million.
 */
export class ImportStagingRepository {
  private copy: CopyStreamQuery | null = null;
  /** Why the database refused the copy. */
  private copyError: Error | undefined;
  /** Rows of the copy that are not sent. */
  private pending = '';

  constructor(
    private readonly client: DatabaseClient,
    private readonly hashes: Pick<ImportedHashes, 'finish'>,
    private readonly events: ImportedEventsRepository,
  ) {}

  /**
   * Waits some seconds, in which the connection of a killed import ends.
   * @returns false if another import runs on this database
   */
  async lock(): Promise<boolean> {
    for (let attempt = 1; attempt <= LOCK_ATTEMPTS; attempt += 1) {
      const { rows } = await this.client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
        LOCKS.memberImport,
      ]);
      if (rows[0]!.locked) return true;
      await delay(LOCK_PAUSE_MS);
    }
    return false;
  }

  async countImported(source: string): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM import_journal WHERE source = $1',
      [source],
    );
    return rows[0]!.count;
  }

  async createTables(): Promise<void> {
    // The comparison sorts all rows by three columns: with the default of 4 MB, each sort goes to disk.
    await this.client.query(`SET work_mem = '64MB'`);
    await this.client.query(`CREATE TEMP TABLE import_rows (
      row_number int, line int, row_key bytea, id uuid, login_id text, email text, email_key text, password_hash text, name text, locale text,
      role text, status text, closed_at timestamptz, created_at timestamptz, must_change_password boolean, secrets jsonb, is_claim boolean, login_id_generated boolean)`);
    await this.client.query(
      `CREATE TEMP TABLE import_refused (row_number int PRIMARY KEY, reason text, other_row int)`,
    );
  }

  async add({ row, line, values }: StagedRow): Promise<void> {
    this.pending += `${[row, line, ...values].map(copyText).join('\t')}\n`;
    if (this.pending.length >= COPY_LENGTH) await this.sendPending();
  }

  /** Ends the copy and prepares the comparison. */
  async complete(): Promise<void> {
    await this.sendPending();
    if (this.copy !== null) {
      const { copy } = this;
      await this.orCopyError(async () => finished(copy.end()));
    }
    await this.client.query('CREATE INDEX ON import_rows (row_number)');
    await this.client.query('ANALYZE import_rows');
  }

  private async sendPending(): Promise<void> {
    if (this.pending === '') return;
    this.copy ??= this.client.query(copyFrom(`COPY import_rows (${STAGED_COLUMNS}) FROM STDIN`));
    const { copy } = this;
    if (copy.listenerCount('error') === 0) copy.on('error', (error) => (this.copyError ??= error));
    await this.orCopyError(async () => {
      if (!copy.write(this.pending)) await once(copy, 'drain');
    });
    this.pending = '';
  }

  /** The stream reports the refusal of the database as an event. Whatever is called later fails for another reason. */
  private async orCopyError(action: () => Promise<unknown>): Promise<void> {
    await action().catch((error: unknown) => {
      throw this.copyError ?? error;
    });
    if (this.copyError) throw this.copyError;
  }

  /** Refuses rows that collide with another row of the file, or with a member (IM-13). */
  async refuseCollisions(policy: CollisionPolicy): Promise<void> {
    await refuseCollisions(this.client, policy);
  }

  async countRefused(): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>('SELECT count(*)::int AS count FROM import_refused');
    return rows[0]!.count;
  }

  /** Rows that were refused, in the order of the file, a thousand at a time. */
  async *refused(): AsyncGenerator<RefusedRow> {
    for (let after = -1; ;) {
      const { rows } = await this.client.query<RefusedRow>(
        `SELECT row_number AS row, line, reason, other_row AS "otherRow" FROM import_refused JOIN import_rows USING (row_number)
         WHERE row_number > $1 ORDER BY row_number LIMIT 1000`,
        [after],
      );
      if (rows.length === 0) return;
      yield* rows;
      after = rows.at(-1)!.row;
    }
  }

  /** How many rows are ready, and how many an earlier run has imported. */
  async countReady(): Promise<ReadyRows> {
    const { rows } = await this.client.query<ReadyRows>(
      `SELECT count(*) FILTER (WHERE j.row_key IS NULL AND NOT is_claim)::int AS members,
         count(*) FILTER (WHERE j.row_key IS NULL AND is_claim)::int AS claims, count(j.row_key)::int AS done
       FROM import_rows r LEFT JOIN import_journal j USING (row_key)
       WHERE NOT EXISTS (SELECT FROM import_refused f WHERE f.row_number = r.row_number)`,
    );
    return rows[0]!;
  }

  /**
   * Moves rows to the tables of members, in commits of some thousands. A row, its entry in the
   * journal and its event are one commit, so a killed import continues without doubles (IM-11).
   * @param onMoved receives the numbers of each commit
   */
  async move(source: string, onMoved: (moved: MovedRows) => void): Promise<void> {
    const { rows } = await this.client.query<{ last: number | null }>(
      'SELECT max(row_number) AS last FROM import_rows',
    );
    const batch = (await this.hasUnfinished()) ? SLOW_BATCH : BATCH;
    for (let after = 0, last = rows[0]!.last ?? 0; after < last;)
      after = await this.moveBatch(source, { after, batch }, onMoved);
    // Plans, and the shares of password hashes, need the new number of members.
    await this.client.query('ANALYZE members, imported_claims');
    await this.client.query(KEEP_STARTS);
    // A server that read the shares after a batch used the old number of members: it reads again.
    await this.client.query(`SELECT pg_notify('${LEGACY_HASHES_CHANNEL}', '')`);
  }

  private async hasUnfinished(): Promise<boolean> {
    const { rows } = await this.client.query(
      `SELECT FROM import_rows WHERE password_hash LIKE '${UNFINISHED}%' LIMIT 1`,
    );
    return rows.length > 0;
  }

  /** Hashes take as long as logins: only those of rows that are moved now are made. */
  private async finishHashes(after: number, end: number): Promise<void> {
    const { rows } = await this.client.query<{ row: number; hash: string }>(
      `SELECT row_number AS row, password_hash AS hash FROM (${READY}) ready WHERE password_hash LIKE '${UNFINISHED}%'`,
      [after, end],
    );
    const hashes = await Promise.all(rows.map(({ hash }) => this.hashes.finish(hash)));
    await this.client.query(
      `UPDATE import_rows r SET password_hash = f.hash FROM unnest($1::int[], $2::text[]) f (row, hash) WHERE r.row_number = f.row`,
      [rows.map(({ row }) => row), hashes],
    );
  }

  private async moveBatch(
    source: string,
    { after, batch }: { after: number; batch: number },
    onMoved: (moved: MovedRows) => void,
  ): Promise<number> {
    const { rows: ends } = await this.client.query<{ end: number }>(
      `SELECT max(row_number) AS end FROM (SELECT row_number FROM import_rows WHERE row_number > $1 ORDER BY row_number LIMIT $2) part`,
      [after, batch],
    );
    const { end } = ends[0]!;
    if (batch === SLOW_BATCH) await this.finishHashes(after, end);
    onMoved(await moveRows(this.client, this.events, { after, end, source }));
    return end;
  }
}
