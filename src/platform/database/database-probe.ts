import { setTimeout as delay } from 'node:timers/promises';
import type { AppConfig } from '../config/app-config.js';
import { StartError } from '../config/start-error.js';
import { RepeatedFailure } from '../logging/repeated-failure.js';
import { connectionOptions, type DatabaseSettings, type PoolOptions } from './connection-options.js';
import { adviceFor, describeRefusal, isDatabaseUnavailable, reasonOf } from './database-errors.js';

/** PostgreSQL 15, as PostgreSQL numbers its versions. */
const OLDEST_VERSION = 150_000;

/**
 * Waits until PostgreSQL answers, so that it can be started together with the server.
 * @param report receives the lines for the log; see {@link RepeatedFailure}
 * @param setting the setting that holds the URL
 * @throws StartError when waiting cannot help
 */
export async function waitForDatabase(
  settings: DatabaseSettings,
  report: (line: string) => void,
  setting = 'DATABASE_URL',
): Promise<void> {
  const failure = new RepeatedFailure('waiting for the database', report);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await probeDatabase(settings);
      failure.clear();
      return;
    } catch (error) {
      if (error instanceof StartError) throw error;
      if (!isDatabaseUnavailable(error) || /unsupported startup parameter/.test(reasonOf(error)))
        throw new StartError(describeRefusal(error, setting), { cause: error });
      failure.record(`${reasonOf(error)}. ${adviceFor(error, setting)}`);
      await delay(Math.min(250 * attempt, 2000));
    }
  }
}

/**
 * Connects once to the database of a setting, for a command, which does not wait.
 * @returns the version of PostgreSQL
 * @throws StartError with the reason and what to do
 */
export async function checkDatabase(
  { env }: AppConfig,
  setting: 'DATABASE_URL' | 'DATABASE_DIRECT_URL' | 'DATABASE_REPLICA_URL' = 'DATABASE_URL',
): Promise<string> {
  try {
    return await probeDatabase({
      url: env[setting]!,
      isPooled: setting === 'DATABASE_URL' && env.DATABASE_DIRECT_URL !== undefined,
      poolSize: 1,
      timeoutSeconds: env.DATABASE_TIMEOUT_SECONDS,
    });
  } catch (error) {
    throw error instanceof StartError ? error : new StartError(describeRefusal(error, setting), { cause: error });
  }
}

/**
 * Connects once, with the options of the application, because a pooler may refuse them.
 * @returns the version of PostgreSQL
 * @throws StartError when that version is too old
 */
async function probeDatabase(settings: DatabaseSettings): Promise<string> {
  const { Client, ...config } = connectionOptions(settings).extra as PoolOptions;
  const client = new Client({ ...config, connectionString: settings.url });
  client.on('error', () => undefined); // the query below fails with the same error
  try {
    await client.connect();
    const { rows } = await client.query<{ number: number; version: string }>(
      `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version`,
    );
    const { number, version } = rows[0]!;
    if (number < OLDEST_VERSION) throw new StartError(`PostgreSQL ${version} is too old. Use PostgreSQL 15 or newer.`);
    return version;
  } finally {
    await client.end().catch(() => undefined);
  }
}
