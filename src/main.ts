import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppConfig } from './platform/config/app-config.js';
import { startFailure } from './platform/config/start-failure.js';
import { Readiness } from './operations/health/readiness.js';
import { AppLogger } from './platform/logging/app-logger.js';

interface Running {
  /** Undefined while it is still being built. */
  app?: NestFastifyApplication;
  tracing?: { stop(): Promise<void> };
}

/** Starts the process: configuration, application, socket. */
async function main(): Promise<void> {
  const config = AppConfig.load();
  const running: Running = {};
  stopOnSignals(running, config);
  // Before anything that it is to watch is loaded, and so is the application.
  if (config.env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined)
    running.tracing = (await import('./platform/tracing/tracing.js')).startTracing();
  const { createApp } = await import('./bootstrap/create-app.js');
  const app = (running.app = await createApp(config));
  await app.listen(config.env.PORT, config.env.HOST);
  const { port } = app.getHttpServer().address() as AddressInfo;
  for (const hint of config.hints()) new AppLogger(config.env.LOG_LEVEL).warn(hint);
  new AppLogger('info').log({ msg: 'listening', port, publicUrl: config.publicUrl });
}

/** Ends the process in order when it is told to, and in any case in time. Until there is an application, nothing is lost by ending at once. */
function stopOnSignals(running: Running, config: AppConfig): void {
  const logger = new AppLogger(config.env.LOG_LEVEL);
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) return;
    isStopping = true;
    const { app, tracing } = running;
    if (!app) process.exit(0);
    logger.log({ msg: 'stopping', signal });
    setTimeout(() => {
      logger.fatal({ msg: 'stopped before everything had ended', afterSeconds: config.env.SHUTDOWN_TIMEOUT_SECONDS });
      process.exit(1);
    }, config.env.SHUTDOWN_TIMEOUT_SECONDS * 1000);
    // Traces are a help and not the work: that their collector is away is no failure of ours.
    const lastTraces = async (): Promise<void> =>
      tracing?.stop().catch((error: Error) => logger.warn({ msg: 'the last traces were lost', reason: error.message }));
    const ended = stop(app, config.env.SHUTDOWN_DRAIN_SECONDS).then(lastTraces);
    ended.then(
      () => process.exit(0), // which a signal that is merely passed on would not give
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/** Still serves until load balancers have noticed, then finishes what it has begun: requests, mails, connections (FT-10). */
async function stop(app: NestFastifyApplication, drainSeconds: number): Promise<void> {
  app.get(Readiness).beginStopping();
  await delay(drainSeconds * 1000);
  await app.close();
}

main().catch((error: unknown) => {
  console.error(startFailure(error) ?? error);
  process.exit(1);
});
