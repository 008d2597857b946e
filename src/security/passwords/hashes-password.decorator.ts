import { RouteConfig } from '@nestjs/platform-fastify';

/** Marks a route of which every request costs a password hash: refused before its body is read while the queue of hashes is full. */
export const HashesPassword = (): MethodDecorator => RouteConfig({ hashesPassword: true });

declare module 'fastify' {
  interface FastifyContextConfig {
    hashesPassword?: boolean;
  }
}
