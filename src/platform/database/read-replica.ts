import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { AppConfig } from '../config/app-config.js';
import { DatabaseClient } from './database-client.js';
import { reasonOf } from './database-errors.js';
import { Database } from './database.js';
import { DomainError } from '../http/problems/domain-error.js';
import { sessionSettings } from './session-settings.js';
import { outcomeOf, type Sql, type SqlResult } from './sql.js';

const CONNECTIONS = 3;
const WARN_EVERY_MS = 60_000;

/**
 * Reads large lists from the read replica, or from the database when no replica is configured or it
 * does not answer. The replica lags a little, so no decision may depend on what it returns. The only
 * exception is where a reader of its lists continues: see {@link ReadReplica.alone}.
 */
@Injectable()
export class ReadReplica implements Sql, OnApplicationShutdown {
  private readonly logger = new Logger(ReadReplica.name);
  private readonly pool: pg.Pool | undefined;
  /**
   * Like {@link query}, but fails if a configured replica does not answer. For the position in the event log
   * from which a client continues after it has copied a list: a position that the database gives may lie
   * after changes that the replica's list does not contain yet.
   * @throws DomainError `service_unavailable` while the replica does not answer
   */
  readonly alone: Sql = {
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      if (!this.pool) return this.database.query<Row>(text, values);
      return this.pool.query(text, [...values]).then(outcomeOf<Row>, (cause: Error) => {
        throw new DomainError('service_unavailable', { detail: 'the read replica', retryAfter: 5, cause });
      });
    },
  };
  /** When each line was last logged. */
  private readonly warnedMs = new Map<string, number>();

  constructor(
    private readonly database: Database,
    { env }: AppConfig,
  ) {
    if (env.DATABASE_REPLICA_URL === undefined) return;
    const timeout = env.DATABASE_TIMEOUT_SECONDS * 1000;
    this.pool = new pg.Pool({
      Client: DatabaseClient,
      connectionString: env.DATABASE_REPLICA_URL,
      max: CONNECTIONS,
      connectionTimeoutMillis: timeout,
      query_timeout: timeout + 1000,
      keepAlive: true,
      application_name: 'munjigi-read',
      session: sessionSettings({ timeoutMs: timeout }),
    } as object);
    // Without a listener, a lost idle connection would end the process.
    this.pool.on('error', (error) => this.warn('lost an idle connection to the read replica', error));
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<SqlResult<Row>> {
    if (!this.pool) return this.database.query<Row>(text, values);
    try {
      return outcomeOf<Row>(await this.pool.query(text, [...values]));
    } catch (error) {
      this.warn('a statement failed at the read replica; the database answers instead', error as Error);
      return this.database.query<Row>(text, values);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.end();
  }

  private warn(line: string, error: Error): void {
    if (performance.now() - (this.warnedMs.get(line) ?? Number.NEGATIVE_INFINITY) < WARN_EVERY_MS) return;
    this.warnedMs.set(line, performance.now());
    this.logger.warn(`${line}: ${reasonOf(error)}`);
  }
}
