import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { DatabaseClient, type DatabaseClientConfig } from './database-client.js';
import { sessionSettings } from './session-settings.js';
import { UnnamedStatementsClient } from './unnamed-statements-client.js';

export interface DatabaseSettings {
  readonly url: string;
  readonly poolSize: number;
  /** Longest time for one statement. */
  readonly timeoutSeconds: number;
  /**
   * Whether connections lead through a pooler in transaction mode, which does not keep the settings
   * and prepared statements of a connection.
   */
  readonly isPooled?: boolean;
  /** Longest wait for a connection; `timeoutSeconds` when unset. */
  readonly poolWaitMs?: number;
  readonly onPoolError?: (error: Error) => void;
}

/** The part of the options that pg reads: those of a pool, and the class of its connections. */
export interface PoolOptions extends DatabaseClientConfig {
  readonly Client: typeof DatabaseClient;
}

/**
 * The options of a PostgreSQL connection. Only migrations change the schema, never `synchronize`.
 */
export function connectionOptions(settings: DatabaseSettings): PostgresDataSourceOptions {
  const timeout = settings.timeoutSeconds * 1000;
  return {
    type: 'postgres',
    url: settings.url,
    migrationsTableName: 'migrations',
    synchronize: false,
    // No extension is needed, because the service creates ids itself; an ordinary role may not
    // install one.
    installExtensions: false,
    poolErrorHandler: settings.onPoolError ?? (() => undefined),
    extra: {
      max: settings.poolSize,
      connectionTimeoutMillis: settings.poolWaitMs ?? timeout,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      // Statements may be sent before the previous one is answered (ADR 0058).
      pipeline: settings.isPooled !== true,
      application_name: 'munjigi',
      // When the network is lost, the server's timeout does not reach the client, so the client has
      // its own, a little longer one.
      query_timeout: timeout + 1000,
      Client: settings.isPooled === true ? UnnamedStatementsClient : DatabaseClient,
      session: sessionSettings({ timeoutMs: timeout, isPooled: settings.isPooled }),
    },
  };
}
