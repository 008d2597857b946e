import type { ClientBase, QueryResult } from 'pg';
import type { EntityManager } from 'typeorm';
import { statementName } from './statement-names.js';

/** The outcome of one statement. */
export interface SqlResult<Row> {
  readonly rows: Row[];
  /** Rows returned or changed. */
  readonly count: number;
}

/** What the driver answered, in our words. It is said by whoever wrote the statement that its rows are of this kind. */
export function outcomeOf<Row>({ rows, rowCount }: QueryResult): SqlResult<Row> {
  return { rows: rows as Row[], count: rowCount ?? 0 };
}

/** Something that runs a statement: a transaction, or the database on its own (one statement, one commit). */
export interface Sql {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<SqlResult<Row>>;
}

/** One unit of work. Handed from the service to every repository that takes part in it. */
export class Tx implements Sql {
  private readonly followUps: (() => void)[] = [];

  constructor(
    /** For entities; what a repository cannot say well with it goes through {@link query}. */
    readonly manager: EntityManager,
    /** The connection that `manager` uses too. Spoken to directly: TypeORM's way there costs as much again as the statement. */
    private readonly client: ClientBase,
  ) {}

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<SqlResult<Row>> {
    return outcomeOf<Row>(await this.client.query({ name: statementName(text), text, values: [...values] }));
  }

  /** Runs once the work is committed, never if it is rolled back. Must not throw and must not be needed for correctness after a crash. */
  afterCommit(followUp: () => void): void {
    this.followUps.push(followUp);
  }

  /** For {@link Database.transaction} alone. */
  committed(): void {
    for (const followUp of this.followUps) followUp();
  }
}
