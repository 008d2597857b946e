import { readFileSync } from 'node:fs';
import type { MailerOptions } from '@nestjs-modules/mailer';
import type { AppConfig } from '../../platform/config/app-config.js';
import { parseSender } from '../../platform/config/mail-sender.js';
import type { MailTemplateAdapter, TemplatedMessage } from '../templates/mail-template-adapter.js';

/** Options of `MailerModule`: the SMTP transport, the defaults of every mail and the template engine. */
export function mailerOptions(config: AppConfig, adapter: MailTemplateAdapter) {
  return {
    ...smtpOptions(config),
    // A plugin and not `template.adapter`: with the latter, MailerService loads preview-email, and
    // with it pug and a second nodemailer, or logs a warning at each start where it is missing.
    plugins: [{ step: 'compile', plugin: (message: TemplatedMessage, callback) => adapter.compile(message, callback) }],
  } satisfies MailerOptions;
}

/** The part of {@link mailerOptions} that needs no templates: what nodemailer's `createTransport` takes. */
export function smtpOptions({ env, smtpClientName }: AppConfig) {
  return {
    transport: {
      url: env.SMTP_URL,
      name: smtpClientName,
      pool: true,
      maxConnections: env.OUTBOX_CONCURRENCY,
      // The outbox retries, because it counts attempts and shows them to the operator.
      maxRequeues: 0,
      // Without it, an unencrypted connection is allowed, for a local inbox.
      requireTLS: env.SMTP_REQUIRE_TLS,
      tls: {
        rejectUnauthorized: env.SMTP_VERIFY_CERTIFICATE,
        ...(env.SMTP_CA_FILE !== undefined && { ca: readFileSync(env.SMTP_CA_FILE) }),
      },
      connectionTimeout: env.SMTP_TIMEOUT_SECONDS * 500,
      greetingTimeout: env.SMTP_TIMEOUT_SECONDS * 500,
      socketTimeout: env.SMTP_TIMEOUT_SECONDS * 1000,
    },
    defaults: {
      from: parseSender(env.MAIL_FROM)!, // an object: text would be parsed as a header
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      disableFileAccess: true,
      disableUrlAccess: true,
    },
  };
}
