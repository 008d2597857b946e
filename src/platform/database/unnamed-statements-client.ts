import pg from 'pg';
import { DatabaseClient } from './database-client.js';

/**
 * Sends every statement without its name. A pooler in transaction mode may give each transaction
 * another connection, which lacks the statements prepared on the previous connection. An unnamed
 * statement is parsed each time it runs.
 */
export class UnnamedStatementsClient extends DatabaseClient {
  // `query` has many overloads; all receive the same arguments here.
  override query = ((statement: unknown, ...rest: unknown[]) => {
    const isNamed = typeof statement === 'object' && statement !== null && 'name' in statement;
    const unnamed = isNamed ? { ...statement, name: undefined } : statement;
    return (pg.Client.prototype.query as (...args: unknown[]) => unknown).call(this, unnamed, ...rest);
  }) as pg.Client['query'];
}
