import './bootstrap/process/short-lived-objects.js';
import './bootstrap/process/runtime-name.js';
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppConfig } from './platform/config/app-config.js';
import { listenFailure, startFailure } from './platform/config/start-failure.js';
import { Readiness } from './operations/health/readiness.js';
import { AppLogger } from './platform/logging/app-logger.js';
import { collectWhenQuiet } from './bootstrap/process/quiet-collection.js';

interface RunningParts {
  /** Undefined while the application is being created. */
  app?: NestFastifyApplication;
  tracing?: { stop(): Promise<void> };
}

/** Starts the server: loads the configuration, creates the application and listens. */
async function main(): Promise<void> {
  const config = AppConfig.load();
  const running: RunningParts = {};
  stopOnSignals(running, config);
  // Tracing patches modules as they are loaded, so it must start before the application is
  // imported.
  if (config.env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined)
    running.tracing = (await import('./platform/tracing/tracing.js')).startTracing();
  const { createApp } = await import('./bootstrap/create-app.js');
  const app = (running.app = await createApp(config));
  const { PORT, HOST } = config.env;
  await app.listen(PORT, HOST).catch((error: unknown) => {
    throw listenFailure(error, HOST);
  });
  collectWhenQuiet(app.getHttpServer());
  const { port } = app.getHttpServer().address() as AddressInfo;
  for (const hint of config.hints()) new AppLogger(config.env.LOG_LEVEL).warn(hint);
  new AppLogger('info').log({ msg: 'listening', port, publicUrl: config.publicUrl });
}

/**
 * Shuts down in order on SIGTERM or SIGINT, and by force after SHUTDOWN_TIMEOUT_SECONDS. Before the
 * application exists the process exits at once, because it has no work to finish.
 */
function stopOnSignals(running: RunningParts, config: AppConfig): void {
  const logger = new AppLogger(config.env.LOG_LEVEL);
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) return;
    isStopping = true;
    const { app, tracing } = running;
    if (!app) process.exit(0);
    logger.log({ msg: 'stopping', signal });
    setTimeout(() => {
      logger.fatal({
        msg: 'shutdown timed out; requests or jobs were cut off',
        afterSeconds: config.env.SHUTDOWN_TIMEOUT_SECONDS,
      });
      process.exit(1);
    }, config.env.SHUTDOWN_TIMEOUT_SECONDS * 1000);
    // Losing traces must not turn a clean shutdown into a failure, so the error is only logged.
    const flushTraces = async (): Promise<void> =>
      tracing?.stop().catch((error: Error) => logger.warn({ msg: 'the last traces were lost', reason: error.message }));
    const stopped = stop(app, config.env.SHUTDOWN_DRAIN_SECONDS).then(flushTraces);
    stopped.then(
      () => process.exit(0), // without this, the exit code would be that of the signal
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/**
 * Keeps serving until load balancers send no more requests, then finishes open requests and mails
 * and closes connections (FT-10).
 */
async function stop(app: NestFastifyApplication, drainSeconds: number): Promise<void> {
  app.get(Readiness).beginStopping();
  await delay(drainSeconds * 1000);
  await app.close();
}

main().catch((error: unknown) => {
  console.error(startFailure(error) ?? error);
  process.exit(1);
});
