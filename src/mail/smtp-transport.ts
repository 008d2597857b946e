import type { Environment } from '../config/environment.js';

/** How nodemailer is to reach the mail server of the configuration. */
export function smtpTransport(env: Readonly<Environment>) {
  return {
    url: env.SMTP_URL,
    pool: true,
    maxConnections: env.OUTBOX_CONCURRENCY,
    requireTLS: env.SMTP_REQUIRE_TLS,
    // Certificates are checked by default; a local inbox without TLS is spoken to in plain text.
    connectionTimeout: env.SMTP_TIMEOUT_SECONDS * 500,
    greetingTimeout: env.SMTP_TIMEOUT_SECONDS * 500,
    socketTimeout: env.SMTP_TIMEOUT_SECONDS * 1000,
  };
}
