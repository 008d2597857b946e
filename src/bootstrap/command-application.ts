import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { AppConfig } from '../platform/config/app-config.js';
import { overrideEnvironment } from '../platform/config/command-line.js';
import { connectionOptions } from '../platform/database/connection-options.js';
import { reasonOf } from '../platform/database/database-errors.js';
import { CommandError } from '../operations/commands/command-error.js';
import type { WithApplication } from '../operations/commands/with-application.js';
import { CommandModule } from './command.module.js';

/**
 * Starts the application without HTTP, runs `work` with its services, and closes the application.
 */
export const withApplication: WithApplication = async (work) => {
  // Running servers send the mails that a command queues: this process ends too soon for retries.
  overrideEnvironment({ API_ENABLED: 'true', WORKER_ENABLED: 'false' });
  await checkDatabase(AppConfig.load());
  const app = await NestFactory.createApplicationContext(CommandModule, { logger: ['error'], abortOnError: false });
  try {
    await work(app);
  } finally {
    await app.close();
  }
};

/**
 * Fails at once if the database cannot be reached. A server would wait for it, but an operator at a
 * terminal should not.
 */
async function checkDatabase({ env }: AppConfig): Promise<void> {
  // Connects with the options of the application: a pooler may refuse these options, and the
  // application would then wait and retry.
  const { options } = connectionOptions({
    url: env.DATABASE_URL,
    isPooled: env.DATABASE_DIRECT_URL !== undefined,
    poolSize: 1,
    timeoutSeconds: env.DATABASE_TIMEOUT_SECONDS,
  }).extra as pg.ClientConfig;
  const client = new pg.Client({
    connectionString: env.DATABASE_URL,
    connectionTimeoutMillis: env.DATABASE_TIMEOUT_SECONDS * 1000,
    options,
  });
  try {
    await client.connect();
  } catch (error) {
    throw new CommandError(`The database of DATABASE_URL cannot be used: ${reasonOf(error)}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}
