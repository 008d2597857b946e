import { createTransport } from 'nodemailer';
import type { Environment } from '../../platform/config/environment.js';

export type SmtpTransport = ReturnType<typeof createSmtpTransport>;

/** What the transport is injected by; nodemailer's is no class. */
export const SMTP_TRANSPORT = Symbol('SMTP_TRANSPORT');

/** The way to the mail server of the configuration, over a few connections that are kept. */
export function createSmtpTransport(env: Readonly<Environment>) {
  const options = {
    url: env.SMTP_URL,
    pool: true,
    maxConnections: env.OUTBOX_CONCURRENCY,
    // Trying again is the outbox's business, where it is counted and seen.
    maxRequeues: 0,
    requireTLS: env.SMTP_REQUIRE_TLS,
    // Certificates are checked by default; a local inbox without TLS is spoken to in plain text.
    connectionTimeout: env.SMTP_TIMEOUT_SECONDS * 500,
    greetingTimeout: env.SMTP_TIMEOUT_SECONDS * 500,
    socketTimeout: env.SMTP_TIMEOUT_SECONDS * 1000,
  } as const;
  return createTransport(options, { from: env.MAIL_FROM });
}
