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

/** Runs one piece of work with the services of the application, and takes them down again. */
export const withApplication: WithApplication = async (work) => {
  // What a command queues is for the servers to send: this process is over too soon to try twice.
  overrideEnvironment({ API_ENABLED: 'true', WORKER_ENABLED: 'false' });
  await requireDatabase(AppConfig.load());
  const app = await NestFactory.createApplicationContext(CommandModule, { logger: ['error'], abortOnError: false });
  try {
    await work(app);
  } finally {
    await app.close();
  }
};

/** A server waits for its database; a person at a terminal would rather be told. */
async function requireDatabase({ env }: AppConfig): Promise<void> {
  // Asks for what the application will: a pooler may refuse that alone, and the application would wait for it to change its mind.
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
