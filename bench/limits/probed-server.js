// Our server with two more routes that read no row: one behind the access check, one public. It
// loads the compiled modules, because the bundle in dist/main.js has an AppModule of its own.
import '../../dist/bootstrap/process/short-lived-objects.js';
import 'reflect-metadata';
import { Controller, Get } from '@nestjs/common';
import { Public } from '../../dist/platform/http/public.decorator.js';
import { AppModule } from '../../dist/app.module.js';
import { createApp } from '../../dist/bootstrap/create-app.js';
import { AppConfig } from '../../dist/platform/config/app-config.js';
import { AppLogger } from '../../dist/platform/logging/app-logger.js';

class ProbeController {
  guarded() {
    return { status: 'ok' };
  }
  open() {
    return { status: 'ok' };
  }
}
for (const name of ['guarded', 'open']) {
  const descriptor = Object.getOwnPropertyDescriptor(ProbeController.prototype, name);
  Get(name)(ProbeController.prototype, name, descriptor);
  if (name === 'open') Public()(ProbeController.prototype, name, descriptor);
}
Controller('probe')(ProbeController);
Reflect.defineMetadata('controllers', [ProbeController], AppModule);

const config = AppConfig.load();
const app = await createApp(config);
await app.listen(config.env.PORT, config.env.HOST);
new AppLogger('info').log({ msg: 'listening', port: app.getHttpServer().address().port });
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
