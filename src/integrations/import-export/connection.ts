import type { AppConfig } from '../../platform/config/app-config.js';
import { CommandError } from '../../platform/config/command-error.js';
import { startFailure } from '../../platform/config/start-failure.js';
import { DatabaseClient } from '../../platform/database/database-client.js';
import { checkDatabase } from '../../platform/database/database-probe.js';
import { sessionSettings } from '../../platform/database/session-settings.js';

/**
 * Runs `work` on a connection of its own, whose statements may take as long as a large table needs.
 * The connection bypasses a pooler, because temporary tables and cursors belong to a session.
 * @throws CommandError if the database refuses a statement; the message holds no values of a row
 * @throws StartError if the connection cannot be made
 */
export async function withConnection<T>(config: AppConfig, work: (client: DatabaseClient) => Promise<T>): Promise<T> {
  const setting = config.env.DATABASE_DIRECT_URL === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL';
  await checkDatabase(config, setting);
  const session = sessionSettings({ timeoutMs: 0 });
  const client = new DatabaseClient({ connectionString: config.env[setting]!, session, application_name: 'munjigi' });
  client.on('error', () => undefined); // the statement that runs fails with it; without a listener the process would end
  await client.connect();
  try {
    return await work(client);
  } catch (error) {
    throw withoutValues(error);
  } finally {
    await client.end();
  }
}

/** Parts of an error of PostgreSQL that hold no values. Its message, detail and context may repeat a row (IM-14). */
interface StatementError {
  readonly severity?: string;
  readonly code?: string;
  readonly table?: string;
  readonly constraint?: string;
}

function withoutValues(error: unknown): unknown {
  const { severity, code, table, constraint } = error as StatementError;
  // `startFailure` has a sentence for each failure of the connection or the server.
  if (severity === undefined || startFailure(error) !== undefined) return error;
  const names = [`SQLSTATE ${code}`, table && `table ${table}`, constraint && `constraint ${constraint}`];
  return new CommandError(
    `The database refused a statement: ${names.filter(Boolean).join(', ')}. Its log has the reason.`,
  );
}
