import { RouteSettings } from '../route-settings.decorator.js';

/** The media type of a body that is a security event token (RFC 8935 section 2.1). */
export const EVENT_TOKEN_TYPE = 'application/secevent+jwt';

/** Lets a route read such bodies, as the field `payload`. */
export const ReadsEventTokens = (): MethodDecorator => RouteSettings({ readsEventTokens: true });

declare module 'fastify' {
  interface FastifyContextConfig {
    readsEventTokens?: boolean;
  }
}
