import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import type { DatabaseClient } from './database-client.js';
import { isConflict, isDatabaseUnavailable } from './database-errors.js';
import { outcomeOf, Tx, type Sql, type SqlResult } from './sql.js';
import { statementName } from './statement-names.js';

/**
 * A statement that PostgreSQL plans once per connection. For hot paths, where planning costs more
 * than running.
 */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** A transaction that conflicts with others runs at most this many times. */
const MAX_ATTEMPTS = 3;

/** Runs transactions and single statements on PostgreSQL. */
@Injectable()
export class Database implements Sql {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Commits everything in `work` or nothing. Keep slow work (hashing, SMTP) out: it would hold the
   * connection. PostgreSQL may roll back because of a deadlock or conflict; then `work` runs again
   * from the start (CC-08), so everything that it does besides writing through `tx` must be
   * repeatable.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isConflict(error)) throw error;
        // A random pause, so that the same two transactions do not conflict again.
        await delay(Math.random() * 20 * attempt);
      }
    }
  }

  private async attempt<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    let tx: Tx | undefined;
    try {
      const client = (await runner.connect()) as DatabaseClient;
      tx = await Tx.begin(runner.manager, client);
      // TypeORM must know of the transaction: otherwise a manager that saves several rows would open
      // another one. TypeORM's own `startTransaction` would wait for the answer to BEGIN.
      Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
      const result = await work(tx);
      await tx.commit();
      return result;
    } catch (error) {
      const cause = (await tx?.findFirstFailure()) ?? error;
      await this.abandon(runner, tx?.hasBegun === true, cause);
      throw cause;
    } finally {
      await runner.release().catch(() => undefined);
    }
  }

  /**
   * Rolls back. After a timeout or a lost connection, closes the connection instead: it may still
   * be inside the transaction, and if it returned to the pool, the next statements would join that
   * transaction and be lost with it.
   */
  private async abandon(runner: QueryRunner, hasBegun: boolean, error: unknown): Promise<void> {
    let isClean = isConflict(error) || !isDatabaseUnavailable(error);
    if (isClean && hasBegun) {
      isClean = await runner.rollbackTransaction().then(
        () => true,
        () => false,
      );
    }
    if (isClean || runner.isReleased) return;
    // TypeORM's private method is the only one that closes the connection; `release` would return
    // it to the pool.
    const closing = runner as unknown as { releasePostgresConnection(error: unknown): Promise<void> };
    await closing.releasePostgresConnection(error).catch(() => undefined);
  }

  /**
   * Runs one statement outside any transaction. It is committed when this returns, even if the
   * request fails later.
   */
  async query<Row>(text: string, values: readonly unknown[] = []): Promise<SqlResult<Row>> {
    return outcomeOf<Row>(await this.pool.query({ name: statementName(text), text, values: [...values] }));
  }

  /**
   * As {@link query}, but planned each time: for jobs whose tables may have grown a thousandfold
   * since the last run.
   */
  async queryUnprepared(text: string): Promise<{ count: number }> {
    const { rowCount } = await this.pool.query(text);
    return { count: rowCount ?? 0 };
  }

  async prepared<Row>(statement: PreparedStatement, values: readonly unknown[]): Promise<SqlResult<Row>> {
    return outcomeOf<Row>(await this.pool.query({ ...statement, values: [...values] }));
  }

  /**
   * Entities outside a transaction, for cold paths: each call takes its own connection and commits
   * by itself.
   */
  get manager(): EntityManager {
    return this.dataSource.manager;
  }

  /** The connection pool, for metrics. */
  get pool(): Pool {
    return (this.dataSource.driver as PostgresDriver).master as Pool;
  }
}
