import { str, type CleanedEnv } from 'envalid';
import { LOCALES } from '../i18n/locale.js';
import { PAGE_NAMES } from './built-in-pages.js';
import { PASSKEY_ENVIRONMENT } from './passkey-environment.js';
import { IMPORT_ENVIRONMENT } from './import-environment.js';
import { SOCIAL_ENVIRONMENT } from './social-environment.js';
import { SIGN_UP_ENVIRONMENT } from './sign-up-environment.js';
import { TOKEN_HOOK_ENVIRONMENT } from './token-hook-environment.js';
import {
  baseUrl,
  cookiePrefix,
  count,
  countries,
  flag,
  headerNames,
  hexColor,
  hostName,
  linkTemplate,
  list,
  natural,
  origins,
  pages,
  pageUrl,
  positiveSeconds,
  postgresUrl,
  redisUrl,
  seconds,
  sender,
  smtpUrl,
  tcpPort,
  webUrl,
  wholeNumberBetween,
} from './setting-types.js';

const DAY = 86_400;

/**
 * Every setting of the server: type, default, description. `.env.example` is generated
 * from this table, and a test compares them. `devDefault` applies while NODE_ENV is not `production`.
 */
export const ENVIRONMENT = {
  NODE_ENV: str({
    choices: ['development', 'test', 'production'],
    default: 'development',
    desc: 'production refuses missing, default and weak settings',
  }),
  PORT: tcpPort({ default: 3000, desc: 'HTTP port; 0 takes any free port' }),
  HOST: str({ default: '0.0.0.0', devDefault: '127.0.0.1', desc: 'address to listen on' }),
  PUBLIC_URL: baseUrl({
    default: undefined,
    desc: 'public URL of this service and base of every mailed link. Required in production, otherwise http://localhost:PORT',
    example: 'https://accounts.example.com',
  }),
  API_ENABLED: flag({
    default: true,
    desc: 'answer API requests; false: a worker, which answers only /health',
  }),
  WORKER_ENABLED: flag({
    default: true,
    desc: 'send mail and run jobs: purge expired rows, erase closed accounts',
  }),
  DATABASE_URL: postgresUrl({
    devDefault: 'postgres://munjigi:munjigi@localhost:5432/munjigi',
    desc: 'PostgreSQL 15 or newer',
    example: 'postgres://munjigi:PASSWORD@db:5432/munjigi',
  }),
  DATABASE_DIRECT_URL: postgresUrl({
    default: undefined,
    desc: 'direct connection for LISTEN and migrations, if DATABASE_URL leads through a pooler such as PgBouncer',
    example: 'postgres://munjigi:PASSWORD@db:5432/munjigi',
  }),
  DATABASE_REPLICA_URL: postgresUrl({
    default: undefined,
    desc: 'streaming replica for the lists of administrators; without an answer, DATABASE_URL',
    example: 'postgres://munjigi:PASSWORD@db-replica:5432/munjigi',
  }),
  DATABASE_POOL_SIZE: count({ default: 10, desc: 'database connections per process' }),
  DATABASE_TIMEOUT_SECONDS: positiveSeconds({
    default: 3,
    desc: 'longest wait for one statement, then 503',
  }),
  DATABASE_POOL_WAIT_MS: count({
    default: 800,
    desc: 'longest wait for a free connection, then 503',
  }),
  REDIS_URL: redisUrl({
    default: undefined,
    desc: 'Redis for the counters of rate limits, else PostgreSQL counts',
    example: 'redis://redis:6379',
  }),
  MIGRATE_ON_START: flag({
    default: true,
    desc: 'update the schema before listening; replicas wait for each other',
  }),
  SMTP_URL: smtpUrl({
    devDefault: 'smtp://localhost:1025',
    desc: 'mail server; smtps:// uses TLS from the first byte',
    example: 'smtps://user:PASSWORD@mail.example.com:465',
  }),
  SMTP_REQUIRE_TLS: flag({
    default: true,
    devDefault: false,
    desc: 'with smtp://, send only after STARTTLS; false: STARTTLS if the server offers it',
  }),
  SMTP_CA_FILE: str({
    default: undefined,
    desc: 'PEM file of the only authority to trust for the mail server, or its self-signed certificate',
    example: '/etc/munjigi/mail-ca.pem',
  }),
  SMTP_VERIFY_CERTIFICATE: flag({
    default: true,
    desc: 'check the certificate of the mail server; false: an attacker on the way can read codes and links',
  }),
  SMTP_CLIENT_NAME: hostName({
    default: undefined,
    desc: 'name in EHLO; default the host of PUBLIC_URL',
    example: 'accounts.example.com',
  }),
  MAIL_FROM: sender({
    devDefault: 'Munjigi <no-reply@munjigi.localhost>',
    desc: 'sender of every mail, one address or Name <address>',
    example: 'Example <no-reply@example.com>',
  }),
  PRODUCT_NAME: str({ default: 'Munjigi', desc: 'name of your product in mails and pages' }),
  SECRET: str({
    default: undefined,
    desc: 'master secret of at least 32 bytes. Required in production, otherwise created once under .data/',
    example: 'openssl rand -base64 48',
  }),
  PREVIOUS_SECRETS: list({
    default: [],
    desc: 'older master secrets, accepted during a key rotation',
  }),
  JWT_ALGORITHM: str({
    choices: ['ES256', 'HS512'],
    default: 'ES256',
    desc: 'signature of access tokens; only ES256 has public keys (JWKS)',
  }),
  JWT_KEYS: str({
    default: undefined,
    desc: 'ES256 keys as PEM blocks, \\n for line breaks; the first is private and signs, all verify; default derived from SECRET',
  }),
  JWT_ISSUER: str({ default: undefined, desc: 'iss claim of every token; default PUBLIC_URL' }),
  ACCESS_TOKEN_AUDIENCE: list({
    default: [],
    desc: 'aud claim of access tokens: your APIs; default the issuer',
    example: 'https://api.example.com',
  }),
  ACCESS_TOKEN_TTL_SECONDS: positiveSeconds({
    default: 600,
    desc: 'lifetime of an access token; at most 900 in production',
  }),
  REFRESH_IDLE_TTL_SECONDS: positiveSeconds({
    default: 14 * DAY,
    desc: 'a session ends without a refresh for this long; at most 14 days in production',
  }),
  REFRESH_ABSOLUTE_TTL_SECONDS: positiveSeconds({
    default: 30 * DAY,
    desc: 'a session ends this long after login; at most 30 days in production',
  }),
  REFRESH_GRACE_SECONDS: seconds({
    default: 10,
    desc: 'a refresh token used again this soon gets the same successor; at most 60 in production',
  }),
  REFRESH_LATE_REPLAYS: natural({
    default: 2,
    desc: 'generations in a row whose refresh token may come back after the grace; 0: none (docs/flows/refresh.md)',
  }),
  RESET_TOKEN_TTL_SECONDS: positiveSeconds({
    default: 600,
    desc: 'lifetime of the token that sets a new password; at most 600 in production',
  }),
  CODE_TTL_SECONDS: positiveSeconds({ default: 600, desc: 'lifetime of a mailed code; at most 600 in production' }),
  RESET_LINK_TTL_SECONDS: positiveSeconds({
    default: 1800,
    desc: 'lifetime of a mailed reset link; at most 1800 in production',
  }),
  SIGN_UP_LINK_TTL_SECONDS: positiveSeconds({
    default: DAY,
    desc: 'lifetime of a mailed sign-up link; at most one day in production',
  }),
  SIGN_UP_CLAIM_TTL_SECONDS: positiveSeconds({
    default: 7 * DAY,
    desc: 'an unconfirmed sign-up is deleted after this long',
  }),
  NOT_ME_TTL_SECONDS: positiveSeconds({ default: 7 * DAY, desc: 'lifetime of the "it wasn\'t me" link' }),
  FACTOR_REMOVAL_WAIT_SECONDS: seconds({
    default: 3 * DAY,
    desc: 'after "it wasn\'t me", recent second factors still protect the account for this long',
  }),
  EMAIL_UNDO_SECONDS: positiveSeconds({
    default: 7 * DAY,
    desc: 'a change of the mail address can be undone for this long',
  }),
  ACCOUNT_ERASURE_GRACE_SECONDS: seconds({
    default: 14 * DAY,
    desc: 'a closed account is erased after this long, unless its member logs in',
  }),
  CODE_RESEND_SECONDS: positiveSeconds({
    default: 60,
    desc: 'shortest time between two mails of one kind to one address',
  }),
  MAILS_PER_ADDRESS_PER_HOUR: count({
    default: 5,
    desc: 'mails per hour that outsiders can cause to one address; a fifth is reserved for recoveries (docs/adr/0004-mail-budget.md)',
  }),
  CODE_GUESS_LIMIT: count({ default: 5, desc: 'guesses allowed per code' }),
  DAILY_GUESS_LIMIT: count({ default: 50, desc: 'guesses per address and day over all its codes' }),
  LOGIN_FAILURE_LIMIT: count({
    default: 10,
    desc: 'failed logins to an account from unknown devices before the first wait',
  }),
  LOGIN_FIRST_WAIT_SECONDS: positiveSeconds({
    default: 30,
    desc: 'first wait; each further failure doubles it',
  }),
  LOGIN_MAX_WAIT_SECONDS: positiveSeconds({ default: 900, desc: 'longest wait' }),
  LOGIN_FAILURE_HARD_LIMIT: count({
    default: 100,
    desc: 'failures in a row after which only a reset or a known device gets in (NIST SP 800-63B-4)',
  }),
  MFA_TOKEN_TTL_SECONDS: positiveSeconds({
    default: 300,
    desc: 'time for the second factor after the password; at most 300 in production',
  }),
  MFA_FAILURE_LIMIT: count({
    default: 5,
    desc: 'wrong second factors for an account before the first wait',
  }),
  ...PASSKEY_ENVIRONMENT,
  REAUTHENTICATION_SECONDS: positiveSeconds({
    default: 300,
    desc: 'sensitive operations need a login or password check this recent; at most 300 in production',
  }),
  LOGIN_IP_FAILURE_LIMIT: count({
    default: 45,
    desc: 'failed logins per client address in 15 minutes, over all accounts',
  }),
  IP_REQUEST_LIMIT: count({
    default: 120,
    devDefault: 100_000,
    desc: 'requests per client address in 10 minutes that send mail, set passwords, check login IDs; as many that start with a passkey',
  }),
  API_KEY_REQUESTS_PER_MINUTE: count({ default: 6000, desc: 'requests per API key, minute and server' }),
  LOGIN_ID_CHECK_ENABLED: flag({
    default: true,
    desc: 'serve POST /api/auth/login-id/check, else 404',
  }),
  SESSIONS_PER_MEMBER: count({
    default: 20,
    desc: 'most sessions per member; a new one ends the longest unused',
  }),
  GEOIP_DATABASE: str({
    default: 'bundled',
    desc: 'countries by IP address: bundled, off, or an MMDB file (docs/countries.md)',
  }),
  ALLOWED_COUNTRIES: countries({
    default: [],
    desc: 'countries to expect logins from (ISO 3166-1 alpha-2); others get RISK_WEIGHT_COUNTRY_NOT_ALLOWED',
    example: 'KR,JP',
  }),
  RISK_MODE: str({
    choices: ['on', 'dry-run', 'off'],
    default: 'on',
    desc: 'reaction to unusual logins; dry-run only records (docs/flows/risk.md)',
  }),
  RISK_NOTIFY_SCORE: count({ default: 30, desc: 'from this score on the member gets a mail' }),
  RISK_ASK_SCORE: count({
    default: 70,
    desc: 'from this score on sensitive operations need another password check',
  }),
  RISK_END_SCORE: count({ default: 120, desc: 'from this score on a login is refused, a session ended' }),
  RISK_WEIGHT_NEW_DEVICE: natural({
    default: 20,
    desc: 'weight of the signal new_device; 0 ignores it (docs/flows/risk.md)',
  }),
  RISK_WEIGHT_NEW_NETWORK: natural({ default: 10, desc: 'weight of new_network' }),
  RISK_WEIGHT_NEW_COUNTRY: natural({ default: 30, desc: 'weight of new_country' }),
  RISK_WEIGHT_IMPOSSIBLE_TRAVEL: natural({
    default: 40,
    desc: 'weight of impossible_travel',
  }),
  RISK_WEIGHT_REFRESH_BURST: natural({ default: 40, desc: 'weight of refresh_burst' }),
  RISK_WEIGHT_MANY_COUNTRIES: natural({ default: 60, desc: 'weight of many_countries' }),
  RISK_WEIGHT_SUCCESS_AFTER_FAILURES: natural({ default: 30, desc: 'weight of success_after_failures' }),
  RISK_WEIGHT_WRONG_SECOND_FACTOR: natural({
    default: 30,
    desc: 'weight of wrong_second_factor',
  }),
  RISK_WEIGHT_LATE_REPLAY: natural({
    default: 15,
    desc: 'weight of late_replay',
  }),
  RISK_WEIGHT_COUNTRY_NOT_ALLOWED: natural({
    default: 70,
    desc: 'weight of country_not_allowed; 70 asks, 120 refuses',
  }),
  RISK_PASSWORD_FAILURES: count({
    default: 5,
    desc: 'wrong passwords in a row after which a right one is suspicious',
  }),
  RISK_MAX_SPEED_KMH: count({ default: 1000, desc: 'fastest journey; an airliner flies about 900' }),
  RISK_REFRESH_BURST: count({ default: 60, desc: 'refreshes of a session in the window that are too many' }),
  RISK_REFRESH_BURST_WINDOW_SECONDS: positiveSeconds({ default: 300, desc: 'window for counting refreshes' }),
  RISK_COUNTRIES: count({ default: 3, desc: 'countries of a session in the window that are too many' }),
  RISK_COUNTRIES_WINDOW_SECONDS: positiveSeconds({ default: 3600, desc: 'window for counting countries' }),
  RISK_NOTICE_REPEAT_SECONDS: positiveSeconds({
    default: 30 * DAY,
    desc: 'at most one mail about a signal of a device in this time',
  }),
  RISK_HISTORY_SECONDS: positiveSeconds({
    default: 180 * DAY,
    desc: 'networks and countries of a member are kept for this long',
  }),
  PASSWORD_MIN_LENGTH: wholeNumberBetween(
    8,
    64,
  )({
    default: 8,
    desc: 'shortest password in characters; 8 to 64',
  }),
  PASSWORD_MIN_SCORE: wholeNumberBetween(
    0,
    4,
  )({
    default: 2,
    desc: 'lowest accepted strength, 0 to 4 (zxcvbn); 2: about 10^8 guesses',
  }),
  ARGON2_MEMORY_KIB: wholeNumberBetween(
    8,
    1_048_576,
  )({
    default: 19_456,
    desc: "memory of argon2id in KiB; at least OWASP's 19456",
  }),
  ARGON2_TIME_COST: wholeNumberBetween(
    1,
    20,
  )({
    default: 2,
    desc: 'passes of argon2id; at least 2',
  }),
  ARGON2_PARALLELISM: wholeNumberBetween(1, 16)({ default: 1, desc: 'lanes of argon2id' }),
  HASH_CONCURRENCY: natural({ default: 0, desc: 'password hashes that run at once; 0 means one per core' }),
  HASH_QUEUE_LIMIT: count({ default: 128, desc: 'password hashes that may wait; beyond them 503 overloaded' }),
  DEFAULT_LOCALE: str({
    choices: LOCALES,
    default: 'en',
    desc: 'language when a request accepts none of these',
  }),
  CORS_ORIGINS: origins({
    default: [],
    desc: 'origins of pages and apps that may call the API and use cookies',
    example: 'https://app.example.com',
  }),
  CORS_ALLOWED_HEADERS: headerNames({
    default: [],
    desc: 'further request headers that those origins may send',
    example: 'X-App-Version',
  }),
  TRUSTED_PROXIES: natural({
    default: 0,
    desc: 'number of reverse proxies in front that add to X-Forwarded-For',
  }),
  COOKIE_PREFIX: cookiePrefix({
    default: undefined,
    desc: 'beginning of cookie names, different for each instance on a host; default munjigi and the path of PUBLIC_URL',
    example: 'munjigi-staging',
  }),
  SIGN_UP_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page of the sign-up link; default PUBLIC_URL/pages/confirm-sign-up#token={token}',
  }),
  RESET_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page of the reset link; default PUBLIC_URL/pages/reset-password#token={token}',
  }),
  NOT_ME_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page of the "it wasn\'t me" link; default PUBLIC_URL/pages/not-me#token={token}',
  }),
  CONFIRM_EMAIL_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page that confirms a new address; default PUBLIC_URL/pages/confirm-email#token={token}',
  }),
  UNDO_EMAIL_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page that undoes an address change; default PUBLIC_URL/pages/undo-email#token={token}',
  }),
  PAGES: pages({
    default: PAGE_NAMES,
    desc: 'built-in pages to serve, or none',
  }),
  ADMIN_CONSOLE: flag({
    default: false,
    devDefault: true,
    desc: 'serve the console for administrators, /pages/admin',
  }),
  LOGIN_URL: pageUrl({
    default: undefined,
    desc: 'your login page, linked from mails and pages; default the built-in one',
  }),
  APP_URL: pageUrl({
    default: undefined,
    desc: 'where the pages lead after login; default the account page',
  }),
  BRAND_COLOR: hexColor({
    default: '#2a51d8',
    desc: 'colour of buttons on pages and in mails; text and links get readable shades',
  }),
  BRAND_LOGO: str({
    default: undefined,
    desc: 'image file for the pages: SVG, PNG or WebP, up to 200 KiB',
    example: '/etc/munjigi/logo.svg',
  }),
  BRAND_MAIL_LOGO: str({
    default: undefined,
    desc: 'PNG file for mails; default BRAND_LOGO if it is a PNG',
    example: '/etc/munjigi/logo.png',
  }),
  MAIL_TEMPLATES_DIR: str({
    default: undefined,
    desc: 'directory with mail texts of yours (docs/mail-texts.md)',
    example: '/etc/munjigi/mails',
  }),
  MEMBER_ATTRIBUTES: str({
    default: undefined,
    desc: 'JSON file that declares attributes of members (docs/attributes.md)',
    example: '/etc/munjigi/attributes.json',
  }),
  CONSENTS: str({
    default: undefined,
    desc: 'JSON file of documents that members agree to (docs/consents.md)',
    example: '/etc/munjigi/consents.json',
  }),
  ...SIGN_UP_ENVIRONMENT,
  ...SOCIAL_ENVIRONMENT,
  ...IMPORT_ENVIRONMENT,
  ...TOKEN_HOOK_ENVIRONMENT,
  SWAGGER_ENABLED: flag({ default: false, devDefault: true, desc: 'serve /docs and /docs-json' }),
  METRICS_ENABLED: flag({
    default: false,
    devDefault: true,
    desc: 'serve /metrics on the API port; a proxy must block it from outside',
  }),
  METRICS_PORT: tcpPort({
    default: undefined,
    desc: 'serve /metrics on this separate port instead',
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
    desc: 'events for webhooks and the event log are deleted after this long',
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
    desc: 'mail of a crashed process is taken over after this long',
  }),
  SMTP_TIMEOUT_SECONDS: positiveSeconds({
    default: 20,
    desc: 'longest wait for the mail server; must be below OUTBOX_LEASE_SECONDS',
  }),
};

export type Environment = CleanedEnv<typeof ENVIRONMENT>;
