import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppConfig } from '../platform/config/app-config.js';
import { overrideEnvironment } from '../platform/config/command-line.js';
import { requireSecretOfServers } from '../platform/config/secrets.js';
import { checkDatabase } from '../platform/database/database-probe.js';
import type { WithApplication } from '../operations/commands/with-application.js';

/**
 * Starts the application without HTTP, runs `work` with its services, and closes the application.
 */
export const withApplication: WithApplication = async (work) => {
  const { CommandModule } = await import('./command.module.js');
  await withModule(CommandModule, work);
};

/** As {@link withApplication}, with the services of `module`. */
export async function withModule(module: Type, work: Parameters<WithApplication>[0]): Promise<void> {
  // Running servers send the mails that a command queues: this process ends too soon for retries.
  overrideEnvironment({ API_ENABLED: 'true', WORKER_ENABLED: 'false' });
  requireSecretOfServers();
  // A server would wait for the database; an operator at a terminal should not.
  await checkDatabase(AppConfig.loadForCommand());
  const app = await NestFactory.createApplicationContext(module, { logger: ['error'], abortOnError: false });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}
