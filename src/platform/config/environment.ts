import { bool, str, type CleanedEnv } from 'envalid';
import { LOCALES } from '../i18n/locale.js';
import { PAGE_NAMES } from './built-in-pages.js';
import {
  baseUrl,
  cookiePrefix,
  count,
  countries,
  domain,
  headerNames,
  hexColor,
  hostName,
  linkTemplate,
  list,
  natural,
  origins,
  pages,
  pageUrl,
  passkeyOrigins,
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
 * Every setting of the server: type, default, description. `.env.example` and docs/configuration.md
 * are generated from this table, and a test compares them. `devDefault` applies while NODE_ENV is
 * not `production`.
 */
export const ENVIRONMENT = {
  NODE_ENV: str({
    choices: ['development', 'test', 'production'],
    default: 'development',
    desc: 'production refuses to start while a setting is missing, a default or weak',
  }),
  PORT: tcpPort({ default: 3000, desc: 'HTTP port; 0 takes any free port' }),
  HOST: str({ default: '0.0.0.0', devDefault: '127.0.0.1', desc: 'address to listen on' }),
  PUBLIC_URL: baseUrl({
    default: undefined,
    desc: 'public URL of this service and base of every mailed link. Required in production, otherwise http://localhost:PORT',
    example: 'https://accounts.example.com',
  }),
  API_ENABLED: bool({
    default: true,
    desc: 'answer API requests; when false, the process is a worker and answers only /health',
  }),
  WORKER_ENABLED: bool({
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
    desc: 'direct connection to PostgreSQL for LISTEN and migrations, needed when DATABASE_URL leads through a pooler in transaction mode such as PgBouncer',
    example: 'postgres://munjigi:PASSWORD@db:5432/munjigi',
  }),
  DATABASE_REPLICA_URL: postgresUrl({
    default: undefined,
    desc: 'streaming replica for the lists of administrators; when unset or not answering, DATABASE_URL is used',
    example: 'postgres://munjigi:PASSWORD@db-replica:5432/munjigi',
  }),
  DATABASE_POOL_SIZE: count({ default: 10, desc: 'database connections per process' }),
  DATABASE_TIMEOUT_SECONDS: positiveSeconds({
    default: 3,
    desc: 'longest wait for one statement; the answer is then 503',
  }),
  DATABASE_POOL_WAIT_MS: count({
    default: 800,
    desc: 'longest wait for a free connection, in milliseconds; the answer is then 503',
  }),
  REDIS_URL: redisUrl({
    default: undefined,
    desc: 'Redis for the counters of rate limits, which takes the busiest rows off PostgreSQL; when unset, PostgreSQL counts',
    example: 'redis://redis:6379',
  }),
  MIGRATE_ON_START: bool({
    default: true,
    desc: 'update the database schema before listening; replicas that start together wait for each other',
  }),
  SMTP_URL: smtpUrl({
    devDefault: 'smtp://localhost:1025',
    desc: 'mail server; smtps:// uses TLS from the first byte',
    example: 'smtps://user:PASSWORD@mail.example.com:465',
  }),
  SMTP_REQUIRE_TLS: bool({
    default: true,
    devDefault: false,
    desc: 'with smtp://, send only after STARTTLS; when false, STARTTLS is used if the server offers it',
  }),
  SMTP_CA_FILE: str({
    default: undefined,
    desc: 'PEM file of the authority that signed the certificate of the mail server, trusted instead of the public ones; for a self-signed certificate, that certificate',
    example: '/etc/munjigi/mail-ca.pem',
  }),
  SMTP_VERIFY_CERTIFICATE: bool({
    default: true,
    desc: 'check the certificate of the mail server; when false, an attacker on the way can read codes and links',
  }),
  SMTP_CLIENT_NAME: hostName({
    default: undefined,
    desc: 'name of this service in EHLO; the host of PUBLIC_URL when unset',
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
    desc: 'master secret of at least 32 bytes, from which every key is derived. Required in production, otherwise created once under .data/',
    example: 'openssl rand -base64 48',
  }),
  PREVIOUS_SECRETS: list({
    default: [],
    desc: 'older master secrets, comma-separated, accepted during a key rotation',
  }),
  JWT_ALGORITHM: str({
    choices: ['ES256', 'HS512'],
    default: 'ES256',
    desc: 'signature algorithm of access tokens; ES256 publishes its keys as JWKS',
  }),
  JWT_KEYS: str({
    default: undefined,
    desc: 'ES256 keys as PEM blocks, \\n for line breaks; the first is private and signs, all verify; derived from SECRET when unset',
  }),
  JWT_ISSUER: str({ default: undefined, desc: 'iss claim of every token; PUBLIC_URL when unset' }),
  ACCESS_TOKEN_TTL_SECONDS: positiveSeconds({
    default: 600,
    desc: 'lifetime of an access token; at most 900 in production',
  }),
  REFRESH_IDLE_TTL_SECONDS: positiveSeconds({
    default: 14 * DAY,
    desc: 'a session ends when it is not refreshed for this long; at most 14 days in production',
  }),
  REFRESH_ABSOLUTE_TTL_SECONDS: positiveSeconds({
    default: 30 * DAY,
    desc: 'a session ends this long after login, even if refreshed; at most 30 days in production',
  }),
  REFRESH_GRACE_SECONDS: seconds({
    default: 10,
    desc: 'a refresh token used again within this time gets the same successor; at most 60 in production',
  }),
  REFRESH_LATE_REPLAYS: natural({
    default: 2,
    desc: 'how many generations in a row may have their refresh token used again after the grace, as after a lost answer; 0 ends the session at once (docs/flows/refresh.md)',
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
    desc: 'after "it wasn\'t me", second factors of the last seven days still protect the account for this long; 0: removed at once',
  }),
  EMAIL_UNDO_SECONDS: positiveSeconds({
    default: 7 * DAY,
    desc: 'a change of the mail address can be undone for this long',
  }),
  ACCOUNT_ERASURE_GRACE_SECONDS: seconds({
    default: 14 * DAY,
    desc: 'a closed account is erased after this long; logging in before that restores it',
  }),
  CODE_RESEND_SECONDS: positiveSeconds({
    default: 60,
    desc: 'shortest time between two mails of one recovery to one address, and between two mails for sign-ups or address changes',
  }),
  MAILS_PER_ADDRESS_PER_HOUR: count({
    default: 5,
    desc: 'mails per hour that an outsider can cause to one address; sign-ups, address changes and notices may use four fifths of them; beyond them each recovery gets one mail each quarter of an hour',
  }),
  CODE_GUESS_LIMIT: count({ default: 5, desc: 'guesses allowed per code' }),
  DAILY_GUESS_LIMIT: count({ default: 50, desc: 'guesses per address and day over all its codes' }),
  LOGIN_FAILURE_LIMIT: count({
    default: 10,
    desc: 'failed logins to one account from unknown devices before the first wait',
  }),
  LOGIN_FIRST_WAIT_SECONDS: positiveSeconds({
    default: 30,
    desc: 'length of the first wait; each further failure doubles it',
  }),
  LOGIN_MAX_WAIT_SECONDS: positiveSeconds({ default: 900, desc: 'longest wait' }),
  LOGIN_FAILURE_HARD_LIMIT: count({
    default: 100,
    desc: 'consecutive failures after which only a password reset or a known device gets in (NIST SP 800-63B-4)',
  }),
  MFA_TOKEN_TTL_SECONDS: positiveSeconds({
    default: 300,
    desc: 'time for the second factor after the password; at most 300 in production',
  }),
  MFA_FAILURE_LIMIT: count({
    default: 5,
    desc: 'wrong second factors for one account, over all its logins, before the first wait',
  }),
  PASSKEY_RP_ID: domain({
    default: undefined,
    desc: 'domain of all passkeys: that of the pages or a parent domain; changing it makes existing passkeys useless; the host of PUBLIC_URL when unset',
    example: 'example.com',
  }),
  PASSKEY_ORIGINS: passkeyOrigins({
    default: [],
    desc: 'origins and Android apps that may use passkeys, comma-separated; PUBLIC_URL and CORS_ORIGINS when unset',
    example: 'https://app.example.com,android:apk-key-hash:HASH',
  }),
  PASSKEY_CHALLENGE_TTL_SECONDS: positiveSeconds({ default: 300, desc: 'time to answer a passkey challenge' }),
  PASSKEYS_PER_MEMBER: count({ default: 20, desc: 'most passkeys per member' }),
  REAUTHENTICATION_SECONDS: positiveSeconds({
    default: 300,
    desc: 'sensitive operations need a login or password check that is at most this old; at most 300 in production',
  }),
  LOGIN_IP_FAILURE_LIMIT: count({
    default: 45,
    desc: 'failed logins per client address in 15 minutes, over all accounts',
  }),
  IP_REQUEST_LIMIT: count({
    default: 120,
    devDefault: 100_000,
    desc: 'requests per client address in 10 minutes that send mail, set a password, check a login ID or start with a passkey',
  }),
  LOGIN_ID_CHECK_ENABLED: bool({
    default: true,
    desc: 'serve POST /api/auth/login-id/check; when false, it answers 404',
  }),
  SESSIONS_PER_MEMBER: count({
    default: 20,
    desc: 'most sessions per member; a new one ends the one unused for longest',
  }),
  GEOIP_DATABASE: str({
    default: 'bundled',
    desc: 'database of countries by IP address: bundled, off, or the path of an MMDB file (docs/countries.md)',
  }),
  ALLOWED_COUNTRIES: countries({
    default: [],
    desc: 'countries that logins and refreshes are expected from, comma-separated (ISO 3166-1 alpha-2); others get RISK_WEIGHT_COUNTRY_NOT_ALLOWED; when unset, all',
    example: 'KR,JP',
  }),
  RISK_MODE: str({
    choices: ['on', 'dry-run', 'off'],
    default: 'on',
    desc: 'reaction to unusual logins; dry-run only records it (docs/flows/risk.md)',
  }),
  RISK_NOTIFY_SCORE: count({ default: 30, desc: 'the member gets a mail from this score on' }),
  RISK_ASK_SCORE: count({
    default: 70,
    desc: 'from this score on, sensitive operations of the session need another password check',
  }),
  RISK_END_SCORE: count({ default: 120, desc: 'a login is refused and a session ended from this score on' }),
  RISK_WEIGHT_NEW_DEVICE: natural({ default: 20, desc: 'score of a new device; 0 ignores it' }),
  RISK_WEIGHT_NEW_NETWORK: natural({ default: 10, desc: 'score of a network (/24 or /48) that is new for the member' }),
  RISK_WEIGHT_NEW_COUNTRY: natural({ default: 30, desc: 'score of a country that is new for the member' }),
  RISK_WEIGHT_IMPOSSIBLE_TRAVEL: natural({
    default: 40,
    desc: 'score of two countries within less time than the journey takes',
  }),
  RISK_WEIGHT_REFRESH_BURST: natural({ default: 40, desc: 'score of a session with too many refreshes' }),
  RISK_WEIGHT_MANY_COUNTRIES: natural({ default: 60, desc: 'score of one session in too many countries' }),
  RISK_WEIGHT_SUCCESS_AFTER_FAILURES: natural({ default: 30, desc: 'score of a right password after many wrong ones' }),
  RISK_WEIGHT_WRONG_SECOND_FACTOR: natural({
    default: 30,
    desc: 'score of a right password with a wrong second factor',
  }),
  RISK_WEIGHT_LATE_REPLAY: natural({
    default: 15,
    desc: 'score of a refresh token used again after the grace',
  }),
  RISK_WEIGHT_COUNTRY_NOT_ALLOWED: natural({
    default: 70,
    desc: 'score of a country outside ALLOWED_COUNTRIES; 70 asks for the password before sensitive operations, 120 refuses',
  }),
  RISK_PASSWORD_FAILURES: count({
    default: 5,
    desc: 'consecutive wrong passwords after which a right one is suspicious',
  }),
  RISK_MAX_SPEED_KMH: count({ default: 1000, desc: 'fastest journey in km/h; an airliner flies about 900' }),
  RISK_REFRESH_BURST: count({ default: 60, desc: 'refreshes of one session within the window that count as too many' }),
  RISK_REFRESH_BURST_WINDOW_SECONDS: positiveSeconds({ default: 300, desc: 'window for counting refreshes' }),
  RISK_COUNTRIES: count({ default: 3, desc: 'countries of one session within the window that count as too many' }),
  RISK_COUNTRIES_WINDOW_SECONDS: positiveSeconds({ default: 3600, desc: 'window for counting countries' }),
  RISK_NOTICE_REPEAT_SECONDS: positiveSeconds({
    default: 30 * DAY,
    desc: 'at most one mail about the same signal of the same device in this time',
  }),
  RISK_HISTORY_SECONDS: positiveSeconds({
    default: 180 * DAY,
    desc: 'networks and countries of a member are kept for this long after they were last seen',
  }),
  PASSWORD_MIN_LENGTH: wholeNumberBetween(
    8,
    64,
  )({
    default: 8,
    desc: 'shortest password in characters (code points); 8 to 64',
  }),
  PASSWORD_MIN_SCORE: wholeNumberBetween(
    0,
    4,
  )({
    default: 2,
    desc: 'lowest accepted strength, 0 to 4 (zxcvbn); 2 withstands about 10^8 guesses',
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
  HASH_QUEUE_LIMIT: count({ default: 128, desc: 'password hashes that may wait; further requests get 503 overloaded' }),
  DEFAULT_LOCALE: str({
    choices: LOCALES,
    default: 'en',
    desc: 'language when a request accepts none of the available ones',
  }),
  CORS_ORIGINS: origins({
    default: [],
    desc: 'origins of pages and apps (such as capacitor://localhost) that may call the API and use cookies, comma-separated',
    example: 'https://app.example.com',
  }),
  CORS_ALLOWED_HEADERS: headerNames({
    default: [],
    desc: 'further request headers that those origins may send, comma-separated',
    example: 'X-App-Version',
  }),
  TRUSTED_PROXIES: natural({
    default: 0,
    desc: 'number of reverse proxies in front; the client address is that many entries from the right of X-Forwarded-For',
  }),
  COOKIE_PREFIX: cookiePrefix({
    default: undefined,
    desc: 'beginning of the names of cookies, different for each instance on one host; munjigi and the path of PUBLIC_URL when unset',
    example: 'munjigi-staging',
  }),
  SIGN_UP_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page that the sign-up link opens; default PUBLIC_URL/pages/confirm-sign-up#token={token}',
  }),
  RESET_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page that the reset link opens; default PUBLIC_URL/pages/reset-password#token={token}',
  }),
  NOT_ME_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page that the "it wasn\'t me" link opens; default PUBLIC_URL/pages/not-me#token={token}',
  }),
  CONFIRM_EMAIL_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page that the link to confirm a new address opens; default PUBLIC_URL/pages/confirm-email#token={token}',
  }),
  UNDO_EMAIL_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page that the link to undo an address change opens; default PUBLIC_URL/pages/undo-email#token={token}',
  }),
  PAGES: pages({
    default: PAGE_NAMES,
    desc: 'built-in pages to serve under /pages, comma-separated, or none',
  }),
  LOGIN_URL: pageUrl({
    default: undefined,
    desc: 'your login page, linked from mails and pages; default PUBLIC_URL/pages/login if that page is served',
  }),
  APP_URL: pageUrl({
    default: undefined,
    desc: 'page that the built-in pages lead to after login; default the built-in account page',
  }),
  BRAND_COLOR: hexColor({
    default: '#2a51d8',
    desc: 'colour of buttons on the built-in pages and in mails; the colours of text and links adapt to stay readable',
  }),
  BRAND_LOGO: str({
    default: undefined,
    desc: 'image file (SVG, PNG or WebP, up to 200 KiB) beside the product name on the built-in pages',
    example: '/etc/munjigi/logo.svg',
  }),
  BRAND_MAIL_LOGO: str({
    default: undefined,
    desc: 'PNG file for mails, whose programs show neither SVG nor WebP; default BRAND_LOGO if it is a PNG',
    example: '/etc/munjigi/logo.png',
  }),
  SWAGGER_ENABLED: bool({ default: false, devDefault: true, desc: 'serve /docs and /docs-json' }),
  METRICS_ENABLED: bool({
    default: false,
    devDefault: true,
    desc: 'serve GET /metrics on the API port; in production, a proxy must block that path from outside',
  }),
  METRICS_PORT: tcpPort({
    default: undefined,
    desc: 'serve /metrics on this separate port instead',
    example: '9464',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: webUrl({
    default: undefined,
    desc: 'send traces to this URL by OTLP over HTTP; the other OTEL_ variables of OpenTelemetry work as usual',
    example: 'http://otel-collector:4318',
  }),
  LOG_LEVEL: str({
    choices: ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
    default: 'info',
    desc: 'lowest level written to the log',
  }),
  SECURITY_EVENT_RETENTION_SECONDS: positiveSeconds({
    default: 365 * DAY,
    desc: 'entries of the audit log are deleted after this long',
  }),
  SHUTDOWN_DRAIN_SECONDS: seconds({
    default: 5,
    devDefault: 0,
    desc: 'at a stop signal, keep serving for this long with /health/ready at 503, so that load balancers notice first',
  }),
  SHUTDOWN_TIMEOUT_SECONDS: positiveSeconds({
    default: 25,
    desc: 'at a stop signal, exit after this long at the latest, with exit code 1 if work was left unfinished',
  }),
  OUTBOX_CONCURRENCY: count({ default: 5, desc: 'mails that a process sends at once' }),
  OUTBOX_LEASE_SECONDS: positiveSeconds({
    default: 60,
    desc: 'another process takes over the mail of a crashed one after this long',
  }),
  SMTP_TIMEOUT_SECONDS: positiveSeconds({
    default: 20,
    desc: 'longest wait for the mail server; must be below OUTBOX_LEASE_SECONDS',
  }),
};

export type Environment = CleanedEnv<typeof ENVIRONMENT>;
