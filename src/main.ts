import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './app.setup.js';
import { AppConfig } from './config/app-config.js';
import { ConfigurationError } from './config/configuration-error.js';
import { AppLogger } from './logging/app-logger.js';

/** Starts the process: configuration, application, socket. */
async function main(): Promise<void> {
  const config = AppConfig.load();
  const app = await createApp(config);
  await app.listen(config.env.PORT, config.env.HOST);
  stopOnSignals(app);
  const { port } = app.getHttpServer().address() as AddressInfo;
  for (const hint of config.hints()) new AppLogger(config.env.LOG_LEVEL).warn(hint);
  new AppLogger('info').log({ msg: 'listening', port, publicUrl: config.publicUrl });
}

/** An orderly end is exit code 0, which a signal that is merely passed on would not give (FT-10). */
function stopOnSignals(app: NestFastifyApplication): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  // A broken configuration is the operator's to read: plain lines, no stack.
  if (error instanceof ConfigurationError) console.error(error.message);
  else console.error(error);
  process.exit(1);
});
