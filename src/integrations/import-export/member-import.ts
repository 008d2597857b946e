import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { CommandError } from '../../platform/config/command-error.js';
import { readText } from './file-text.js';
import type { ImportRow, SourceReader } from './import-row.js';
import type { PreparedRow } from './import-rules.js';
import type { CollisionPolicy } from './import-collisions.js';
import type { ImportStagingRepository } from './import-staging.repository.js';
import type { MovedRows } from './move-batch.js';
import { Progress, type ProgressOutput } from './progress.js';
import type { SecretValues } from './secret-values.js';

/** What one import does. */
export interface ImportRequest {
  readonly source: string;
  readonly file: string;
  /** Bytes of the file, for the progress. */
  readonly size: number;
  readonly policy: CollisionPolicy;
  readonly columns: ReadonlyMap<string, string>;
  readonly dryRun?: boolean;
  readonly resume?: boolean;
}

/** What an import did; of a dry run, what it would have done. */
export interface ImportReport {
  readonly members: number;
  /** Accounts whose owners have to prove the address first. */
  readonly claims: number;
  /** Rows that an earlier run had imported. */
  readonly done: number;
  readonly refused: number;
  /** Whether a collision kept the import from writing anything. */
  readonly isStopped: boolean;
}

/**
 * Imports the accounts of one file, once. Reads and checks all rows first, then adds members, and
 * claims for addresses that are not proven. Sends no mail. Memory does not grow with the file.
 */
export class MemberImport {
  private refusedCount = 0;

  constructor(
    private readonly staging: ImportStagingRepository,
    private readonly secrets: SecretValues,
    private readonly prepare: (row: ImportRow) => PreparedRow | string,
    private readonly output: ProgressOutput,
  ) {}

  /**
   * Keeps other imports from beginning until the connection ends.
   * @throws CommandError if another import is running, or if accounts of this source were imported
   * before and `resume` is not set
   */
  async begin({ source, resume }: ImportRequest): Promise<void> {
    if (!(await this.staging.lock()))
      throw new CommandError('Another import is running on this database. Wait until it has ended.');
    const before = await this.staging.countImported(source);
    if (before > 0 && resume !== true)
      throw new CommandError(
        `${before} accounts of ${source} were imported before. Add --resume to import only those that were not.`,
      );
  }

  /**
   * Call it after {@link begin}.
   * @param refusedRows gets one line for each refused row
   * @throws CommandError if the file cannot be read
   */
  async run(read: SourceReader, request: ImportRequest, refusedRows: Writable): Promise<ImportReport> {
    await this.staging.createTables();
    await this.stage(read, request, refusedRows);
    await this.staging.refuseCollisions(request.policy);
    const { done, ...ready } = await this.staging.countReady();
    const collisions = await this.staging.countRefused();
    const isStopped = request.policy === 'fail' && collisions > 0;
    let moved: MovedRows = { members: 0, claims: 0 };
    if (!isStopped)
      moved = request.dryRun === true ? ready : await this.move(request.source, ready.members + ready.claims);
    for await (const { row, line, reason, otherRow } of this.staging.refused())
      await this.refuse(refusedRows, { row, line }, otherRow === null ? reason : `${reason} as row ${otherRow}`);
    return { ...moved, done, refused: this.refusedCount, isStopped };
  }

  private async stage(
    read: SourceReader,
    { file, size, columns }: ImportRequest,
    refusedRows: Writable,
  ): Promise<void> {
    const progress = new Progress(this.output, 'reading', size, 'rows');
    let bytes = 0;
    let rows = 0;
    const text = readText(file, (count) => {
      bytes += count;
    });
    for await (const entry of read(text, { columns })) {
      rows += 1;
      progress.show(bytes, rows);
      const prepared = 'row' in entry ? this.prepare(entry.row) : entry.problem;
      if (typeof prepared === 'string') await this.refuse(refusedRows, { row: rows, line: entry.line }, prepared);
      else await this.staging.add({ row: rows, line: entry.line, values: this.valuesOf(prepared) });
    }
    await this.staging.complete();
    progress.end();
  }

  /** In the order of the columns in import-staging.repository.ts, after `row_number` and `line`. */
  private valuesOf(row: PreparedRow): (string | boolean | null)[] {
    const { rowKey, loginId, email, emailKey, name, locale, createdAt, loginIdGenerated } = row.profile;
    return [
      `\\x${rowKey.toString('hex')}`,
      row.id,
      loginId,
      email,
      emailKey,
      row.passwordHash,
      name,
      locale,
      row.role,
      row.status,
      row.closedAt,
      createdAt,
      row.mustChangePassword,
      this.secrets.stage(row),
      row.isClaim,
      loginIdGenerated,
    ];
  }

  private async move(source: string, total: number): Promise<MovedRows> {
    const progress = new Progress(this.output, 'importing', total, 'members');
    const moved = { members: 0, claims: 0 };
    await this.staging.move(source, ({ members, claims }) => {
      moved.members += members;
      moved.claims += claims;
      progress.show(moved.members + moved.claims);
    });
    progress.end();
    return moved;
  }

  /** Writes the place and the reason as one line of JSON, and nothing of the row, which may be secret (IM-14). */
  private async refuse(refusedRows: Writable, place: { row: number; line: number }, reason: string): Promise<void> {
    this.refusedCount += 1;
    if (!refusedRows.write(`${JSON.stringify({ ...place, reason })}\n`)) await once(refusedRows, 'drain');
  }
}
