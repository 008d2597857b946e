import type { QueryResult } from 'pg';
import type { EntityManager } from 'typeorm';
import type { DatabaseClient } from './database-client.js';
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

/** A statement that waits until the next one is sent. */
interface WaitingStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

const BEGIN: WaitingStatement = { text: 'BEGIN', values: [] };

/**
 * One transaction. A service opens it and passes it to every repository that takes part.
 *
 * Statements whose results are not read need no round trip of their own (ADR 0058): they wait and
 * travel with the next one, in order. The first of them begins the transaction.
 */
export class Tx implements Sql {
  private readonly followUps: (() => void)[] = [];
  private readonly waiting = [BEGIN];
  /** Of the statements that have waited. */
  private readonly outcomes: Promise<unknown>[] = [];
  /** Without pipelining: the previous statement, whose answer the next one awaits. */
  private previous: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly entities: EntityManager,
    /**
     * The connection of `manager`, used directly: through TypeORM, a statement costs twice as much.
     */
    private readonly client: DatabaseClient,
  ) {}

  /** Called only by {@link Database.transaction}. */
  static async begin(entities: EntityManager, client: DatabaseClient): Promise<Tx> {
    const tx = new Tx(entities, client);
    if (!client.pipeline) await tx.flush();
    return tx;
  }

  /** Entities, for cold paths (ADR 0001). */
  get manager(): EntityManager {
    this.sendWaiting();
    return this.entities;
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<SqlResult<Row>> {
    this.sendWaiting();
    return outcomeOf<Row>(await this.submit({ text, values }));
  }

  /**
   * Runs before the next statement or the commit, which fails if this does. For a statement whose
   * result decides nothing and whose failure no caller handles.
   */
  async runLater(text: string, values: readonly unknown[]): Promise<void> {
    this.waiting.push({ text, values });
    // A pooler may not answer statements that are sent before the previous one is answered.
    if (!this.client.pipeline) await this.flush();
  }

  /**
   * Runs a part of the transaction that may fail alone: its writes are undone and the error can be
   * caught, and the transaction continues.
   */
  async nested<T>(work: () => Promise<T>): Promise<T> {
    await this.flush();
    const followUps = this.followUps.length;
    await this.client.query('SAVEPOINT part');
    try {
      const result = await work();
      await this.flush();
      await this.client.query('RELEASE SAVEPOINT part');
      return result;
    } catch (error) {
      this.waiting.length = 0;
      this.outcomes.length = 0;
      this.followUps.length = followUps;
      await this.client.query('ROLLBACK TO SAVEPOINT part');
      await this.client.query('RELEASE SAVEPOINT part'); // else an outer part would roll back to this one
      throw error;
    }
  }

  /**
   * Runs after the commit, not after a rollback, of a nested part too, or a crash. It must not throw, and nothing may
   * depend on it for correctness.
   */
  afterCommit(followUp: () => void): void {
    this.followUps.push(followUp);
  }

  /** Called only by {@link Database.transaction}. A transaction without a statement commits nothing. */
  async commit(): Promise<void> {
    if (this.hasBegun || this.waiting.length > 1) {
      this.sendWaiting();
      await Promise.all([...this.outcomes, this.client.query('COMMIT')]);
    }
    for (const followUp of this.followUps) followUp();
  }

  /** Whether PostgreSQL knows of the transaction. */
  get hasBegun(): boolean {
    return this.waiting[0] !== BEGIN;
  }

  /**
   * The failure of a statement that waited. It made the later ones fail with "transaction is
   * aborted", so it decides whether the transaction is tried again.
   */
  async findFirstFailure(): Promise<unknown> {
    const settled = await Promise.allSettled(this.outcomes);
    return settled.find((outcome) => outcome.status === 'rejected')?.reason;
  }

  private async flush(): Promise<void> {
    this.sendWaiting();
    await Promise.all(this.outcomes.splice(0));
  }

  private sendWaiting(): void {
    for (const statement of this.waiting.splice(0)) {
      const outcome = statement === BEGIN ? this.client.query(BEGIN.text) : this.submit(statement);
      // `commit` and `findFirstFailure` report it.
      outcome.catch(() => undefined);
      this.outcomes.push(outcome);
    }
  }

  private submit({ text, values }: WaitingStatement): Promise<QueryResult> {
    const send = () => this.client.query({ name: statementName(text), text, values: [...values] });
    if (this.client.pipeline) return send();
    const outcome = this.previous.then(send);
    this.previous = outcome.catch(() => undefined);
    return outcome;
  }
}
