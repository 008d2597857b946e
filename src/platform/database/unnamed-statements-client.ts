import type pg from 'pg';
import { DatabaseClient } from './database-client.js';

/**
 * Sends every statement without its name. A pooler in transaction mode gives each transaction another connection, which has
 * never heard of a statement prepared on the last one; unnamed, it is parsed where it runs. Costs the parsing, saves the pooler.
 */
export class UnnamedStatementsClient extends DatabaseClient {
  // The many overloads of `query` all come down to passing the same arguments on.
  override query = ((statement: unknown, ...rest: unknown[]) => {
    const isNamed = typeof statement === 'object' && statement !== null && 'name' in statement;
    const unnamed = isNamed ? { ...statement, name: undefined } : statement;
    return (super.query as (...args: unknown[]) => unknown).call(this, unnamed, ...rest);
  }) as pg.Client['query'];
}
