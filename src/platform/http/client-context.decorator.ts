import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { clientAddressOf } from './client-address.js';
import type { ClientContext } from './client-context.js';
import { negotiateLocale, type Locale } from '../i18n/locale.js';
import { findAddedLocale } from '../i18n/mail-locale.js';

const MAX_USER_AGENT = 256;

/**
 * The {@link ClientContext} of the request. Its IP address is that of the connection, unless
 * TRUSTED_PROXIES is set.
 */
export const Context = createParamDecorator((_: unknown, context: ExecutionContext): ClientContext => {
  return clientContextOf(context.switchToHttp().getRequest<FastifyRequest>());
});

export function clientContextOf(request: FastifyRequest): ClientContext {
  const acceptLanguage = request.headers['accept-language'];
  const { defaultLocale } = request.server;
  const mailLocale = findAddedLocale(acceptLanguage, defaultLocale);
  return {
    ip: clientAddressOf(request),
    userAgent: printable(request.headers['user-agent'] ?? ''),
    locale: negotiateLocale(acceptLanguage, defaultLocale),
    ...(mailLocale !== undefined && { mailLocale }),
    requestId: request.id,
    auditReason: request.auditReason,
  };
}

/**
 * Removes control and format characters: the header comes from the client and is shown in mails,
 * lists and logs.
 */
function printable(userAgent: string): string {
  return userAgent
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .toWellFormed()
    .slice(0, MAX_USER_AGENT);
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The language for requests that accept no supported language. Set in create-app.ts. */
    defaultLocale: Locale;
  }
  interface FastifyRequest {
    /** Why an administrator or an API key acts. Only the routes of the administration set it. */
    auditReason?: string | undefined;
  }
}
