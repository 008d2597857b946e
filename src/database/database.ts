import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { DataSource } from 'typeorm';
import { Tx, type Sql, type SqlResult } from './sql.js';

/** A statement that the server plans once per connection: for hot paths, where building a query costs more than running it. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** The way to PostgreSQL: transactions for units of work, single statements that commit by themselves. */
@Injectable()
export class Database implements Sql {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Everything in `work` commits together, or nothing does. Slow work (hashing, SMTP) has no place inside. */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const tx = new Tx(runner.manager, runner);
    try {
      await runner.connect();
      await runner.startTransaction();
      const result = await work(tx);
      await runner.commitTransaction();
      tx.committed();
      return result;
    } catch (error) {
      // A rollback on a lost connection fails too; the first error is the one that tells what happened.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release().catch(() => undefined);
    }
  }

  /** One statement outside any transaction; it is durable when this returns, whatever is refused afterwards. */
  async query<Row>(text: string, values: readonly unknown[] = []): Promise<SqlResult<Row>> {
    const result = await this.pool.query(text, [...values]);
    return { rows: result.rows as Row[], count: result.rowCount ?? 0 };
  }

  async prepared<Row>(statement: PreparedStatement, values: readonly unknown[]): Promise<SqlResult<Row>> {
    const result = await this.pool.query({ name: statement.name, text: statement.text, values: [...values] });
    return { rows: result.rows as Row[], count: result.rowCount ?? 0 };
  }

  /** The pool itself, for libraries that keep their own table. */
  get pool(): Pool {
    return (this.dataSource.driver as PostgresDriver).master as Pool;
  }
}
