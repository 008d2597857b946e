import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { DatabaseClient } from './database-client.js';
import { UnnamedStatementsClient } from './unnamed-statements-client.js';

export interface DatabaseSettings {
  readonly url: string;
  readonly poolSize: number;
  /** Upper bound for one statement. */
  readonly timeoutSeconds: number;
  /** Whether a pooler in transaction mode stands between: what belongs to a connection does not last there. */
  readonly isPooled?: boolean;
  /** Upper bound for getting a connection, where it is not the same. */
  readonly poolWaitMs?: number;
  readonly onPoolError?: (error: Error) => void;
}

/** How to connect to PostgreSQL. The schema changes by migration only, never by synchronize. */
export function connectionOptions(settings: DatabaseSettings): PostgresDataSourceOptions {
  const timeout = settings.timeoutSeconds * 1000;
  return {
    type: 'postgres',
    url: settings.url,
    migrationsTableName: 'migrations',
    synchronize: false,
    // Ids are made here, so the database needs no extension that an ordinary role may not create.
    installExtensions: false,
    poolErrorHandler: settings.onPoolError ?? (() => undefined),
    extra: {
      max: settings.poolSize,
      connectionTimeoutMillis: settings.poolWaitMs ?? timeout,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      application_name: 'munjigi',
      // A lost network looks like silence: the client gives up a little after the server would have.
      query_timeout: timeout + 1000,
      ...(settings.isPooled === true
        ? { Client: UnnamedStatementsClient } // and the server's own timeouts are set for the role, see docs/scaling.md
        : {
            Client: DatabaseClient,
            options: `-c statement_timeout=${timeout} -c lock_timeout=${timeout} -c idle_in_transaction_session_timeout=${timeout * 2} -c timezone=UTC`,
          }),
    },
  };
}
