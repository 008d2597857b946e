import type { AppConfig } from '../../platform/config/app-config.js';
import { CommandError } from '../../platform/config/command-error.js';
import { startFailure } from '../../platform/config/start-failure.js';
import { DatabaseClient } from '../../platform/database/database-client.js';
import { checkDatabase } from '../../platform/database/database-probe.js';
import { sessionSettings } from '../../platform/database/session-settings.js';

/**
 * Runs `work` on a connection of its own, whose statements may take as long as a large table needs.
 * It leads to PostgreSQL directly, because temporary tables and cursors belong to a session.
 * @throws CommandError without the values of a row, where the database refuses a statement
 */
export async function withConnection<T>(config: AppConfig, work: (client: DatabaseClient) => Promise<T>): Promise<T> {
  const setting = config.env.DATABASE_DIRECT_URL === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL';
  await checkDatabase(config, setting);
  const session = sessionSettings({ timeoutMs: 0 });
  const client = new DatabaseClient({ connectionString: config.env[setting]!, session, application_name: 'munjigi' });
  await client.connect();
  try {
    return await work(client);
  } catch (error) {
    throw withoutValues(error);
  } finally {
    await client.end();
  }
}

/** What PostgreSQL adds to an error. Message, detail and context may repeat a row (IM-14). */
interface StatementError {
  readonly severity?: string;
  readonly code?: string;
  readonly table?: string;
  readonly constraint?: string;
}

function withoutValues(error: unknown): unknown {
  const { severity, code, table, constraint } = error as StatementError;
  // Failures of the connection or server have a sentence of their own.
  if (severity === undefined || startFailure(error) !== undefined) return error;
  const names = [`SQLSTATE ${code}`, table && `table ${table}`, constraint && `constraint ${constraint}`];
  return new CommandError(
    `The database refused a statement: ${names.filter(Boolean).join(', ')}. Its log has the reason.`,
  );
}
