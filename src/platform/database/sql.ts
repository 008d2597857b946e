import type { ClientBase, QueryResult } from 'pg';
import type { EntityManager } from 'typeorm';
import { statementName } from './statement-names.js';

/** The outcome of one statement. */
export interface SqlResult<Row> {
  readonly rows: Row[];
  /** Rows returned or changed. */
  readonly count: number;
}

/**
 * Converts the driver's result. The repository that wrote the statement asserts the type of its
 * rows.
 */
export function outcomeOf<Row>({ rows, rowCount }: QueryResult): SqlResult<Row> {
  return { rows: rows as Row[], count: rowCount ?? 0 };
}

/** Runs statements: a transaction, or the database itself (one commit per statement). */
export interface Sql {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<SqlResult<Row>>;
}

/** One transaction. A service opens it and passes it to every repository that takes part. */
export class Tx implements Sql {
  private readonly followUps: (() => void)[] = [];

  constructor(
    /** For entities, on cold paths (ADR 0001). */
    readonly manager: EntityManager,
    /**
     * The connection of `manager`, used directly: through TypeORM, a statement costs twice as much.
     */
    private readonly client: ClientBase,
  ) {}

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<SqlResult<Row>> {
    return outcomeOf<Row>(await this.client.query({ name: statementName(text), text, values: [...values] }));
  }

  /**
   * Runs a part of the transaction that may fail alone: its writes are undone and the error can be
   * caught, and the transaction continues.
   */
  async nested<T>(work: () => Promise<T>): Promise<T> {
    await this.client.query('SAVEPOINT part');
    try {
      const result = await work();
      await this.client.query('RELEASE SAVEPOINT part');
      return result;
    } catch (error) {
      await this.client.query('ROLLBACK TO SAVEPOINT part');
      throw error;
    }
  }

  /**
   * Runs after the commit, not after a rollback or a crash. It must not throw, and nothing may
   * depend on it for correctness.
   */
  afterCommit(followUp: () => void): void {
    this.followUps.push(followUp);
  }

  /** Called only by {@link Database.transaction}. */
  committed(): void {
    for (const followUp of this.followUps) followUp();
  }
}
