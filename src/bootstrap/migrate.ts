import 'reflect-metadata';
import { AppConfig } from '../platform/config/app-config.js';
import { dataSourceOptions } from './data-source.js';
import { waitForDatabase } from '../platform/database/database-probe.js';
import { migrate } from '../platform/database/migrator.js';

/** `munjigi migrate`: updates the schema of the database and prints the applied migrations. */
export async function migrateDatabase(): Promise<void> {
  const { env, directDatabaseUrl } = AppConfig.loadForCommand();
  const settings = { url: directDatabaseUrl, poolSize: 1, timeoutSeconds: env.DATABASE_TIMEOUT_SECONDS };
  const setting = env.DATABASE_DIRECT_URL === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL';
  await waitForDatabase(settings, (line) => console.log(line), setting);
  const applied = await migrate(dataSourceOptions(settings));
  console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}`);
}
