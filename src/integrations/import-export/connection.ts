import type { AppConfig } from '../../platform/config/app-config.js';
import { DatabaseClient } from '../../platform/database/database-client.js';
import { checkDatabase } from '../../platform/database/database-probe.js';
import { sessionSettings } from '../../platform/database/session-settings.js';

/**
 * Runs `work` on a connection of its own, whose statements may take as long as a large table needs.
 * It leads to PostgreSQL directly, because temporary tables and cursors belong to a session.
 */
export async function withConnection<T>(config: AppConfig, work: (client: DatabaseClient) => Promise<T>): Promise<T> {
  const setting = config.env.DATABASE_DIRECT_URL === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL';
  await checkDatabase(config, setting);
  const session = sessionSettings({ timeoutMs: 0 });
  const client = new DatabaseClient({ connectionString: config.env[setting]!, session, application_name: 'munjigi' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
