import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppConfig } from '../platform/config/app-config.js';
import { overrideEnvironment } from '../platform/config/command-line.js';
import { StartError } from '../platform/config/start-error.js';
import { describeRefusal } from '../platform/database/database-errors.js';
import { probeDatabase } from '../platform/database/database-probe.js';
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
  try {
    await probeDatabase({
      url: env.DATABASE_URL,
      isPooled: env.DATABASE_DIRECT_URL !== undefined,
      poolSize: 1,
      timeoutSeconds: env.DATABASE_TIMEOUT_SECONDS,
    });
  } catch (error) {
    throw error instanceof StartError ? error : new CommandError(describeRefusal(error));
  }
}
