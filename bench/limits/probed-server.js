// Our server with two more routes that read nothing: one behind the access check, one public.
import { Controller, Get } from '@nestjs/common';
import { Public } from '../../dist/platform/http/public.decorator.js';
import { AppModule } from '../../dist/app.module.js';

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

await import('../../dist/main.js');
