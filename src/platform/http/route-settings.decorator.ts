import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyContextConfig } from 'fastify';

/** Where {@link RouteConfig} keeps the settings of a method. */
const ROUTE_CONFIG = '__fastify_route_config__';

/**
 * Sets values that Fastify's hooks find with the route. Unlike RouteConfig, it keeps what another
 * decorator of the method has set.
 */
export function RouteSettings(settings: FastifyContextConfig): MethodDecorator {
  return (target, name, descriptor: PropertyDescriptor) => {
    const others = Reflect.getMetadata(ROUTE_CONFIG, descriptor.value as object) as FastifyContextConfig | undefined;
    RouteConfig({ ...others, ...settings })(target, name, descriptor);
  };
}
