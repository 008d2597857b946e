import { str } from 'envalid';
import { count, flag, positiveSeconds, seconds, tcpPort, webUrl, wholeNumberBetween } from './setting-types.js';

const DAY = 86_400;

/** API documentation, monitoring, retention, shutdown, and the sending of mails and webhooks. */
export const OPERATION_ENVIRONMENT = {
  SWAGGER_ENABLED: flag({ default: false, devDefault: true, desc: 'serve /docs and /docs-json' }),
  METRICS_ENABLED: flag({
    default: false,
    devDefault: true,
    desc: 'serve /metrics on the API port; a proxy must block it from outside',
  }),
  METRICS_PORT: tcpPort({
    default: undefined,
    desc: 'serve /metrics on this separate port, also where METRICS_ENABLED is false',
    example: '9464',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: webUrl({
    default: undefined,
    desc: 'send traces to this URL (OTLP over HTTP); other OTEL_ variables work as usual',
    example: 'http://otel-collector:4318',
  }),
  LOG_LEVEL: str({
    choices: ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
    default: 'info',
    desc: 'lowest level written to the log',
  }),
  SECURITY_EVENT_RETENTION_SECONDS: positiveSeconds({
    default: 365 * DAY,
    desc: 'audit log entries are deleted after this long',
  }),
  PRIVACY_PROFILE: str({
    choices: ['kr'],
    default: undefined,
    desc: 'kr: entries of the audit log about what administrators read and did are kept for two years',
  }),
  EVENT_RETENTION_SECONDS: wholeNumberBetween(
    4 * DAY,
    366 * DAY,
  )({
    default: 30 * DAY,
    desc: 'the event log goes back this long; events are deleted two hours later',
  }),
  WEBHOOK_ALLOW_PRIVATE_ADDRESSES: flag({
    default: false,
    devDefault: true,
    desc: 'webhooks may use plain HTTP and addresses inside your network',
  }),
  SHUTDOWN_DRAIN_SECONDS: seconds({
    default: 5,
    devDefault: 0,
    desc: 'after a stop signal, serve for this long with /health/ready at 503',
  }),
  SHUTDOWN_TIMEOUT_SECONDS: positiveSeconds({
    default: 25,
    desc: 'after a stop signal, exit within this time; exit code 1 if work is unfinished',
  }),
  OUTBOX_CONCURRENCY: count({ default: 5, desc: 'mails that a process sends at once' }),
  OUTBOX_LEASE_SECONDS: positiveSeconds({
    default: 60,
    desc: 'mails and deliveries of a crashed process are taken over after this long',
  }),
  SMTP_TIMEOUT_SECONDS: positiveSeconds({
    default: 20,
    desc: 'longest wait for the mail server; must be below OUTBOX_LEASE_SECONDS',
  }),
};
