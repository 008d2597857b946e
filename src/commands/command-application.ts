import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { AppConfig } from '../config/app-config.js';
import { overrideEnvironment } from '../config/command-line.js';
import { CommandError } from './command-error.js';
import { CommandModule } from './command.module.js';

/** Runs one piece of work with the services of the application, and takes them down again. */
export async function withApplication(work: (app: INestApplicationContext) => Promise<void>): Promise<void> {
  // What a command queues is for the servers to send: this process is over too soon to try twice.
  overrideEnvironment({ API_ENABLED: 'true', WORKER_ENABLED: 'false' });
  await requireDatabase(AppConfig.load());
  const app = await NestFactory.createApplicationContext(CommandModule, { logger: ['error'], abortOnError: false });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

/** A server waits for its database; a person at a terminal would rather be told. */
async function requireDatabase({ env }: AppConfig): Promise<void> {
  const client = new pg.Client({
    connectionString: env.DATABASE_URL,
    connectionTimeoutMillis: env.DATABASE_TIMEOUT_SECONDS * 1000,
  });
  try {
    await client.connect();
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    throw new CommandError(`The database of DATABASE_URL cannot be used: ${message || code}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}
