import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { ClientBase, Pool } from 'pg';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { isConflict, isDatabaseUnavailable } from './database-errors.js';
import { outcomeOf, Tx, type Sql, type SqlResult } from './sql.js';
import { statementName } from './statement-names.js';

/** A statement that the server plans once per connection: for hot paths, where building a query costs more than running it. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** Of a transaction that others keep getting in the way of. */
const MAX_ATTEMPTS = 3;

/** The way to PostgreSQL: transactions for units of work, single statements that commit by themselves. */
@Injectable()
export class Database implements Sql {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Everything in `work` commits together, or nothing does. Slow work (hashing, SMTP) has no place inside. Runs again, from
   * the start, where PostgreSQL rolled it back to solve a deadlock or a conflict (CC-08): so what it does besides writing
   * through `tx` must bear being done twice.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isConflict(error)) throw error;
        // Unequal pauses, so that the same two do not meet again.
        await delay(Math.random() * 20 * attempt);
      }
    }
  }

  private async attempt<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const tx = new Tx(runner.manager, (await runner.connect()) as ClientBase);
      await runner.startTransaction();
      const result = await work(tx);
      await runner.commitTransaction();
      tx.committed();
      return result;
    } catch (error) {
      await this.abandon(runner, error);
      throw error;
    } finally {
      await runner.release().catch(() => undefined);
    }
  }

  /**
   * Rolls back. A connection that timed out or was lost may still be inside its transaction: given back to the pool, it
   * would carry the next statements into that transaction, and they would be lost with it. So it is closed instead.
   */
  private async abandon(runner: QueryRunner, error: unknown): Promise<void> {
    let isClean = isConflict(error) || !isDatabaseUnavailable(error);
    if (isClean && runner.isTransactionActive) {
      isClean = await runner.rollbackTransaction().then(
        () => true,
        () => false,
      );
    }
    if (isClean || runner.isReleased) return;
    // TypeORM closes a connection only through this method of its own; `release` would give it back.
    const closing = runner as unknown as { releasePostgresConnection(error: unknown): Promise<void> };
    await closing.releasePostgresConnection(error).catch(() => undefined);
  }

  /** One statement outside any transaction; it is durable when this returns, whatever is refused afterwards. */
  async query<Row>(text: string, values: readonly unknown[] = []): Promise<SqlResult<Row>> {
    return outcomeOf<Row>(await this.pool.query({ name: statementName(text), text, values: [...values] }));
  }

  /** As {@link query}, planned anew each time: for jobs, whose tables may be a thousand times as large as when they were last asked. */
  async queryAfresh(text: string): Promise<{ count: number }> {
    const { rowCount } = await this.pool.query(text);
    return { count: rowCount ?? 0 };
  }

  async prepared<Row>(statement: PreparedStatement, values: readonly unknown[]): Promise<SqlResult<Row>> {
    return outcomeOf<Row>(await this.pool.query({ ...statement, values: [...values] }));
  }

  /** Entities outside a transaction, for cold paths: each call takes its own connection and commits by itself. */
  get manager(): EntityManager {
    return this.dataSource.manager;
  }

  /** The pool itself, for its figures. */
  get pool(): Pool {
    return (this.dataSource.driver as PostgresDriver).master as Pool;
  }
}
