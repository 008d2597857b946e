import { RouteSettings } from '../../platform/http/route-settings.decorator.js';

/**
 * Marks a route whose requests each cost a password hash. While the hash queue is full, they are
 * refused before the body is read.
 */
export const HashesPassword = (): MethodDecorator => RouteSettings({ hashesPassword: true });

declare module 'fastify' {
  interface FastifyContextConfig {
    hashesPassword?: boolean;
  }
}
