// Prints every route of the built server as JSON: method, path, whether it is `@Public()`, its own
// guards, and the bearer tokens that the guards of all routes accept. A separate program, because the
// modules as a whole do not load inside Jest.
import 'reflect-metadata';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { RequestMethod, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { PROJECT_ROOT } from '../../dev/project.js';
import type * as App from '../../src/app.module.js';
import type * as PublicDecorator from '../../src/platform/http/public.decorator.js';
import type * as RolesDecorator from '../../src/platform/http/roles.decorator.js';
import type * as ScopeDecorator from '../../src/platform/http/scope.decorator.js';

type Class = (new () => object) & { prototype: Record<string, unknown> };
/** What the `imports` of a module may hold: a class, a dynamic module, a forward reference, or a promise of one. */
type Imported = Class | { module?: Class; imports?: Imported[]; controllers?: Class[]; forwardRef?: () => Class };

/** Loads the built module of a source file: the code from `dist/`. Its types come from `src/`. */
const built = (file: string): Promise<unknown> => import(pathToFileURL(path.join(PROJECT_ROOT, 'dist', file)).href);
const { AppModule } = (await built('app.module.js')) as typeof App;
const { IS_PUBLIC } = (await built('platform/http/public.decorator.js')) as typeof PublicDecorator;
const { rolesOf } = (await built('platform/http/roles.decorator.js')) as typeof RolesDecorator;
const { SCOPE } = (await built('platform/http/scope.decorator.js')) as typeof ScopeDecorator;

const metadata = <T>(key: string, target: object): T[] => {
  const value = Reflect.getMetadata(key, target) as T | T[] | undefined;
  return value === undefined ? [] : ([value].flat() as T[]);
};

/** All controllers of a module, those of its imports included. */
async function controllersOf(imported: Imported | Promise<Imported>, seen = new Set<Class>()): Promise<Class[]> {
  const found = await imported;
  const wanted = typeof found === 'function' ? found : (found.forwardRef?.() ?? found);
  const dynamic = typeof wanted === 'function' ? {} : wanted;
  const module = typeof wanted === 'function' ? wanted : wanted.module;
  if (!module || seen.has(module)) return [];
  seen.add(module);
  const below: Class[] = [];
  for (const next of [...metadata<Imported>('imports', module), ...(dynamic.imports ?? [])])
    below.push(...(await controllersOf(next, seen)));
  return [...metadata<Class>('controllers', module), ...(dynamic.controllers ?? []), ...below];
}

const reflector = new Reflector();
const routes = [];
for (const controller of await controllersOf(AppModule as unknown as Class)) {
  for (const name of Object.getOwnPropertyNames(controller.prototype)) {
    const handler = controller.prototype[name];
    if (name === 'constructor' || typeof handler !== 'function' || !Reflect.hasMetadata('path', handler)) continue;
    const context = { getHandler: () => handler, getClass: () => controller } as unknown as ExecutionContext;
    const paths = metadata<string>('path', controller).flatMap((base) =>
      metadata<string>('path', handler).map((rest) => `${base}/${rest}`),
    );
    for (const route of paths) {
      routes.push({
        method: RequestMethod[Reflect.getMetadata('method', handler) as RequestMethod],
        path: `/${route.split('/').filter(Boolean).join('/')}`,
        isPublic: reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, [handler, controller]) === true,
        tokens: [
          ...(rolesOf(reflector, context)?.length === 0 ? [] : ['access']),
          ...(Reflect.hasMetadata(SCOPE, handler) ? ['apiKey'] : []),
        ],
        guards: [controller, handler]
          .flatMap((target) => metadata<Class>('__guards__', target))
          .map((guard) => guard.name),
      });
    }
  }
}
console.log(JSON.stringify(routes));
