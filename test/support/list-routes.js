// Prints every route of the built server as JSON: method, path, whether it is `@Public()`, the guards
// of its own, and the bearer tokens that the access-token guard accepts. A separate program, because the modules as a whole do not load inside Jest.
import 'reflect-metadata';
import { RequestMethod } from '@nestjs/common';
import { IS_PUBLIC } from '../../dist/platform/http/public.decorator.js';
import { ROLES } from '../../dist/platform/http/roles.decorator.js';
import { SCOPE } from '../../dist/platform/http/scope.decorator.js';
import { AppModule } from '../../dist/app.module.js';

const asList = (value) => (value === undefined ? [] : [value].flat());
const metadata = (key, target) => asList(Reflect.getMetadata(key, target));

/** All controllers of a module, those of its imports included. */
async function controllersOf(imported, seen = new Set()) {
  const wanted = await imported;
  const dynamic = typeof wanted === 'function' ? {} : (wanted?.forwardRef?.() ?? wanted ?? {});
  const module = typeof wanted === 'function' ? wanted : dynamic.module;
  if (!module || seen.has(module)) return [];
  seen.add(module);
  const below = [];
  for (const next of [...metadata('imports', module), ...asList(dynamic.imports)])
    below.push(...(await controllersOf(next, seen)));
  return [...metadata('controllers', module), ...asList(dynamic.controllers), ...below];
}

const routes = [];
for (const controller of await controllersOf(AppModule)) {
  for (const name of Object.getOwnPropertyNames(controller.prototype)) {
    const handler = controller.prototype[name];
    if (name === 'constructor' || typeof handler !== 'function' || !Reflect.hasMetadata('path', handler)) continue;
    const paths = metadata('path', controller).flatMap((base) =>
      metadata('path', handler).map((path) => `${base}/${path}`),
    );
    for (const path of paths) {
      routes.push({
        method: RequestMethod[Reflect.getMetadata('method', handler)],
        path: `/${path.split('/').filter(Boolean).join('/')}`,
        isPublic: [handler, controller].some((target) => Reflect.getMetadata(IS_PUBLIC, target) === true),
        tokens: [
          ...(Reflect.getMetadata(ROLES, controller)?.length === 0 ? [] : ['access']),
          ...(Reflect.hasMetadata(SCOPE, handler) ? ['apiKey'] : []),
        ],
        guards: [controller, handler].flatMap((target) => metadata('__guards__', target)).map((guard) => guard.name),
      });
    }
  }
}
console.log(JSON.stringify(routes));
