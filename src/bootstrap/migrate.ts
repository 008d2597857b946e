import 'reflect-metadata';
import { AppConfig } from '../platform/config/app-config.js';
import { dataSourceOptions } from './data-source.js';
import { migrate, waitForDatabase } from '../platform/database/migrator.js';

/** `npm run migrate`: updates the schema of the database and prints the applied migrations. */
const { env, directDatabaseUrl } = AppConfig.load();
const options = dataSourceOptions({
  url: directDatabaseUrl,
  poolSize: 1,
  timeoutSeconds: env.DATABASE_TIMEOUT_SECONDS,
});
await waitForDatabase(options, (_attempt, reason) => console.log(`waiting for the database: ${reason}`));
const applied = await migrate(options);
console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}`);
