import { bool, makeValidator, str, type CleanedEnv } from 'envalid';
import { parseEmailAddress } from '../addresses/email-address.js';
import { LOCALES } from '../i18n/locale.js';
import { PAGE_NAMES, type PageName } from './built-in-pages.js';

/*
 * Every variable the server reads: type, default, meaning. `.env.example` and docs/configuration.md repeat this table,
 * and a test keeps the three equal. `devDefault` holds while NODE_ENV is not `production`.
 */

const DAY = 86_400;

const seconds = makeValidator((input) => wholeNumber(input, 0, 366 * DAY));
const positiveSeconds = makeValidator((input) => wholeNumber(input, 1, 366 * DAY));
const count = makeValidator((input) => wholeNumber(input, 1, 1_000_000));
const natural = makeValidator((input) => wholeNumber(input, 0, 1_000_000));
const tcpPort = makeValidator((input) => wholeNumber(input, 0, 65_535));
const webUrl = makeValidator((input) => checkedUrl(input, ['http:', 'https:']).replace(/\/$/, ''));
const postgresUrl = makeValidator((input) => checkedUrl(input, ['postgres:', 'postgresql:']));
const redisUrl = makeValidator((input) => checkedUrl(input, ['redis:', 'rediss:']));
const smtpUrl = makeValidator((input) => checkedUrl(input, ['smtp:', 'smtps:']));
const sender = makeValidator((input) => {
  const address = /<([^<>]+)>$/.exec(input)?.[1] ?? input;
  if (parseEmailAddress(address) === null && !/^[^\s@]+@localhost$/.test(address))
    throw new Error('needs an address, alone or as Name <address>');
  return input;
});
const list = makeValidator(itemsOf);
const origins = makeValidator((input) => itemsOf(input).map(checkedOrigin));
const domain = makeValidator((input) => {
  if (!/^(localhost|([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?)$/.test(input))
    throw new Error('needs a domain such as example.com, in lower case');
  return input;
});
const passkeyOrigins = makeValidator((input) =>
  // What an Android app has instead: the hash of the certificate it is signed with.
  itemsOf(input).map((item) => (/^android:apk-key-hash:[\w-]{43}$/.test(item) ? item : checkedOrigin(item))),
);
const linkTemplate = makeValidator((input) => {
  checkedUrl(input.replaceAll('{token}', 'token'), ['http:', 'https:']);
  // Only behind `#`: a fragment reaches no server, so no log and no Referer ever holds the secret.
  if (!/^[^#]*#[^#]*\{token\}[^#]*$/.test(input) || input.split('{token}').length !== 2)
    throw new Error('needs {token}, once and behind a #');
  return input;
});

const pages = makeValidator<readonly PageName[]>((input) => {
  if (input === 'none') return [];
  const named = input.split(',').map((item) => item.trim());
  const chosen = PAGE_NAMES.filter((page) => named.includes(page));
  if (chosen.length !== new Set(named).size) throw new Error(`needs none, or some of ${PAGE_NAMES.join(', ')}`);
  return chosen;
});
const hexColor = makeValidator((input) => {
  if (!/^#[0-9a-f]{6}$/i.test(input)) throw new Error('needs a colour such as #2a51d8');
  return input.toLowerCase();
});

export const ENVIRONMENT = {
  NODE_ENV: str({
    choices: ['development', 'test', 'production'],
    default: 'development',
    desc: 'production refuses to start on anything missing, default or weak',
  }),
  PORT: tcpPort({ default: 3000, desc: 'HTTP port; 0 takes any free one' }),
  HOST: str({ default: '0.0.0.0', devDefault: '127.0.0.1', desc: 'address to listen on' }),
  PUBLIC_URL: webUrl({
    default: undefined,
    desc: 'where people reach this service; the base of every mailed link. Required in production, else http://localhost:PORT',
    example: 'https://accounts.example.com',
  }),
  API_ENABLED: bool({
    default: true,
    desc: 'whether this process answers requests; without it, it is a worker and only /health answers',
  }),
  WORKER_ENABLED: bool({
    default: true,
    desc: 'whether this process sends mail and does the jobs: purging what has expired, erasing closed accounts',
  }),
  DATABASE_URL: postgresUrl({
    devDefault: 'postgres://munjigi:munjigi@localhost:5432/munjigi',
    desc: 'PostgreSQL 15 or newer',
    example: 'postgres://munjigi:PASSWORD@db:5432/munjigi',
  }),
  DATABASE_DIRECT_URL: postgresUrl({
    default: undefined,
    desc: 'PostgreSQL itself, for LISTEN and migrations, where DATABASE_URL leads through a pooler in transaction mode such as PgBouncer',
    example: 'postgres://munjigi:PASSWORD@db:5432/munjigi',
  }),
  DATABASE_REPLICA_URL: postgresUrl({
    default: undefined,
    desc: "a streaming replica, for administrators' lists; the database itself when unset, and whenever the replica does not answer",
    example: 'postgres://munjigi:PASSWORD@db-replica:5432/munjigi',
  }),
  DATABASE_POOL_SIZE: count({ default: 10, desc: 'connections each process may hold' }),
  DATABASE_TIMEOUT_SECONDS: positiveSeconds({
    default: 3,
    desc: 'wait for a statement at most this long, then answer 503',
  }),
  DATABASE_POOL_WAIT_MS: count({
    default: 800,
    desc: 'wait for one of the connections at most this many milliseconds, then answer 503',
  }),
  REDIS_URL: redisUrl({
    default: undefined,
    desc: 'Redis for the counters of limits, which spares PostgreSQL its busiest rows; they are in PostgreSQL when unset',
    example: 'redis://redis:6379',
  }),
  MIGRATE_ON_START: bool({
    default: true,
    desc: 'bring the schema up to date before listening; replicas starting together take turns',
  }),
  SMTP_URL: smtpUrl({
    devDefault: 'smtp://localhost:1025',
    desc: 'mail server; smtps:// for TLS from the first byte',
    example: 'smtps://user:PASSWORD@mail.example.com:465',
  }),
  SMTP_REQUIRE_TLS: bool({
    default: true,
    devDefault: false,
    desc: 'with smtp://, refuse to send unless STARTTLS succeeds with a valid certificate',
  }),
  MAIL_FROM: sender({
    devDefault: 'Munjigi <no-reply@munjigi.localhost>',
    desc: 'sender of every mail',
    example: 'Example <no-reply@example.com>',
  }),
  PRODUCT_NAME: str({ default: 'Munjigi', desc: 'the name people know your service by; stands in mails and pages' }),
  SECRET: str({
    default: undefined,
    desc: 'master secret, 32 bytes or more; every key is derived from it. Required in production, else made once under .data/',
    example: 'openssl rand -base64 48',
  }),
  PREVIOUS_SECRETS: list({
    default: [],
    desc: 'older master secrets, comma-separated, still accepted while a rotation runs',
  }),
  JWT_ALGORITHM: str({
    choices: ['ES256', 'HS512'],
    default: 'ES256',
    desc: 'signature of access tokens; ES256 publishes its keys as JWKS',
  }),
  JWT_KEYS: str({
    default: undefined,
    desc: 'ES256 keys as PEM blocks (\\n for line breaks): the first, private, signs; all verify. Derived from SECRET when unset',
  }),
  JWT_ISSUER: str({ default: undefined, desc: 'iss of every token; PUBLIC_URL when unset' }),
  ACCESS_TOKEN_TTL_SECONDS: positiveSeconds({
    default: 600,
    desc: 'life of an access token; production takes 900 at most',
  }),
  REFRESH_IDLE_TTL_SECONDS: positiveSeconds({
    default: 14 * DAY,
    desc: 'a session ends when not refreshed for this long; production takes 14 days at most',
  }),
  REFRESH_ABSOLUTE_TTL_SECONDS: positiveSeconds({
    default: 30 * DAY,
    desc: 'a session ends this long after login, however often refreshed; production takes 30 days at most',
  }),
  REFRESH_GRACE_SECONDS: seconds({
    default: 10,
    desc: 'a refresh token used again within this time gets the same successor; 0 is strict, production takes 60 at most',
  }),
  RESET_TOKEN_TTL_SECONDS: positiveSeconds({
    default: 600,
    desc: 'life of the token that sets a new password; production takes 600 at most',
  }),
  CODE_TTL_SECONDS: positiveSeconds({ default: 600, desc: 'life of a mailed code; production takes 600 at most' }),
  RESET_LINK_TTL_SECONDS: positiveSeconds({
    default: 1800,
    desc: 'life of a mailed reset link; production takes 1800 at most',
  }),
  SIGN_UP_LINK_TTL_SECONDS: positiveSeconds({
    default: DAY,
    desc: 'life of a mailed sign-up link; production takes a day at most',
  }),
  SIGN_UP_CLAIM_TTL_SECONDS: positiveSeconds({
    default: 7 * DAY,
    desc: 'an unconfirmed sign-up is forgotten after this long',
  }),
  NOT_ME_TTL_SECONDS: positiveSeconds({ default: 7 * DAY, desc: 'life of the "it wasn\'t me" link' }),
  EMAIL_UNDO_SECONDS: positiveSeconds({ default: 7 * DAY, desc: 'an address change can be undone for this long' }),
  ACCOUNT_ERASURE_GRACE_SECONDS: seconds({
    default: 14 * DAY,
    desc: 'a closed account is erased after this long; logging in before restores it',
  }),
  CODE_RESEND_SECONDS: positiveSeconds({
    default: 60,
    desc: 'at most one recovery mail to an address in this time, and one for a sign-up or address change',
  }),
  MAILS_PER_ADDRESS_PER_HOUR: count({
    default: 5,
    desc: 'mails an outsider can cause to one address in an hour, four fifths of them at the most for sign-ups and address changes; four times as many to one mailbox over all its +tags',
  }),
  CODE_GUESS_LIMIT: count({ default: 5, desc: 'guesses one code bears' }),
  DAILY_GUESS_LIMIT: count({ default: 50, desc: 'guesses an address bears in a day over all its codes' }),
  LOGIN_FAILURE_LIMIT: count({
    default: 10,
    desc: 'failed logins to one account from unknown devices before waits begin',
  }),
  LOGIN_FIRST_WAIT_SECONDS: positiveSeconds({
    default: 30,
    desc: 'the first wait; it doubles with each further failure',
  }),
  LOGIN_MAX_WAIT_SECONDS: positiveSeconds({ default: 900, desc: 'the longest wait' }),
  LOGIN_FAILURE_HARD_LIMIT: count({
    default: 100,
    desc: 'failures in a row after which only a password reset or a known device opens the account (NIST SP 800-63B-4)',
  }),
  MFA_TOKEN_TTL_SECONDS: positiveSeconds({
    default: 300,
    desc: 'time for the second factor after the password; production takes 300 at most',
  }),
  MFA_FAILURE_LIMIT: count({
    default: 5,
    desc: 'wrong second factors for one account, over all logins under way, before waits begin',
  }),
  PASSKEY_RP_ID: domain({
    default: undefined,
    desc: 'the domain that passkeys belong to, for ever: that of the pages, or a parent of it; the host of PUBLIC_URL when unset',
    example: 'example.com',
  }),
  PASSKEY_ORIGINS: passkeyOrigins({
    default: [],
    desc: 'pages and apps that may use passkeys, comma-separated; PUBLIC_URL and CORS_ORIGINS when unset',
    example: 'https://app.example.com,android:apk-key-hash:HASH',
  }),
  PASSKEY_CHALLENGE_TTL_SECONDS: positiveSeconds({ default: 300, desc: 'time to answer with a passkey' }),
  PASSKEYS_PER_MEMBER: count({ default: 20, desc: 'passkeys one member may have' }),
  REAUTHENTICATION_SECONDS: positiveSeconds({
    default: 300,
    desc: 'sensitive operations need a login or password check at most this old; production takes 300 at most',
  }),
  LOGIN_IP_FAILURE_LIMIT: count({
    default: 45,
    desc: 'failed logins from one client address, over all accounts, in 15 minutes',
  }),
  IP_REQUEST_LIMIT: count({
    default: 120,
    devDefault: 100_000,
    desc: 'requests from one client address in 10 minutes that send mail, set a password, look for a login ID or begin with a passkey',
  }),
  LOGIN_ID_CHECK_ENABLED: bool({
    default: true,
    desc: 'whether POST /api/auth/login-id/check answers; off, it is 404',
  }),
  SESSIONS_PER_MEMBER: count({ default: 20, desc: 'signed-in devices of one member; the longest unused ends first' }),
  GEOIP_DATABASE: str({
    default: 'bundled',
    desc: 'which country an address is in: bundled, off, or the path of an MMDB file of your own (docs/countries.md)',
  }),
  RISK_MODE: str({
    choices: ['on', 'dry-run', 'off'],
    default: 'on',
    desc: 'what is done about unusual logins; dry-run records what would be done (docs/flows/risk.md)',
  }),
  RISK_NOTIFY_SCORE: count({ default: 30, desc: 'from this score on the member gets a mail' }),
  RISK_ASK_SCORE: count({
    default: 70,
    desc: 'from this score on the member is asked for more than the session shows',
  }),
  RISK_END_SCORE: count({ default: 120, desc: 'from this score on a login is refused and a session ended' }),
  RISK_WEIGHT_NEW_DEVICE: natural({ default: 20, desc: 'score of a device that was not here before; 0 ignores it' }),
  RISK_WEIGHT_NEW_NETWORK: natural({ default: 10, desc: 'score of a network (/24, /48) that is new for the member' }),
  RISK_WEIGHT_NEW_COUNTRY: natural({ default: 30, desc: 'score of a country that is new for the member' }),
  RISK_WEIGHT_IMPOSSIBLE_TRAVEL: natural({ default: 40, desc: 'score of two countries too soon one after the other' }),
  RISK_WEIGHT_REFRESH_BURST: natural({ default: 40, desc: 'score of a session that is refreshed too often' }),
  RISK_WEIGHT_MANY_COUNTRIES: natural({ default: 60, desc: 'score of one session in several countries at once' }),
  RISK_WEIGHT_SUCCESS_AFTER_FAILURES: natural({ default: 30, desc: 'score of a right password after many wrong ones' }),
  RISK_WEIGHT_WRONG_SECOND_FACTOR: natural({
    default: 30,
    desc: 'score of a right password with a wrong second factor',
  }),
  RISK_PASSWORD_FAILURES: count({ default: 5, desc: 'wrong passwords in a row that make a right one suspicious' }),
  RISK_MAX_SPEED_KMH: count({ default: 1000, desc: 'nobody travels faster; an airliner does about 900' }),
  RISK_REFRESH_BURST: count({ default: 60, desc: 'refreshes of one session within the window that are too many' }),
  RISK_REFRESH_BURST_WINDOW_SECONDS: positiveSeconds({ default: 300, desc: 'the window for counting refreshes' }),
  RISK_COUNTRIES: count({ default: 3, desc: 'countries of one session within the window that are too many' }),
  RISK_COUNTRIES_WINDOW_SECONDS: positiveSeconds({ default: 3600, desc: 'the window for counting countries' }),
  RISK_NOTICE_REPEAT_SECONDS: positiveSeconds({
    default: 30 * DAY,
    desc: 'the same signal of the same device is mailed about once in this time',
  }),
  RISK_HISTORY_SECONDS: positiveSeconds({
    default: 180 * DAY,
    desc: 'networks and countries of a member are remembered for this long after they were last seen',
  }),
  PASSWORD_MIN_LENGTH: makeValidator((input) => wholeNumber(input, 8, 64))({
    default: 8,
    desc: 'code points; 8 to 64',
  }),
  PASSWORD_MIN_SCORE: makeValidator((input) => wholeNumber(input, 0, 4))({
    default: 2,
    desc: 'least strength estimate, 0 to 4 (zxcvbn); 2 withstands about 10^8 guesses',
  }),
  ARGON2_MEMORY_KIB: makeValidator((input) => wholeNumber(input, 19_456, 1_048_576))({
    default: 19_456,
    desc: "argon2id memory in KiB; not below OWASP's 19456",
  }),
  ARGON2_TIME_COST: makeValidator((input) => wholeNumber(input, 2, 20))({
    default: 2,
    desc: 'argon2id passes; at least 2',
  }),
  ARGON2_PARALLELISM: makeValidator((input) => wholeNumber(input, 1, 16))({ default: 1, desc: 'argon2id lanes' }),
  HASH_CONCURRENCY: natural({ default: 0, desc: 'password hashes at once; 0 means the number of cores' }),
  HASH_QUEUE_LIMIT: count({ default: 128, desc: 'password hashes waiting; beyond it the answer is 503 overloaded' }),
  DEFAULT_LOCALE: str({ choices: LOCALES, default: 'en', desc: 'language where a request names none we speak' }),
  CORS_ORIGINS: origins({
    default: [],
    desc: 'browser origins that may call the API and use cookies, comma-separated, exact',
    example: 'https://app.example.com',
  }),
  TRUSTED_PROXIES: natural({
    default: 0,
    desc: 'reverse proxies in front; the client address is that many hops from the right of X-Forwarded-For',
  }),
  SIGN_UP_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page behind the sign-up link; default PUBLIC_URL/pages/confirm-sign-up#token={token}',
  }),
  RESET_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page behind the reset link; default PUBLIC_URL/pages/reset-password#token={token}',
  }),
  NOT_ME_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page behind "it wasn\'t me"; default PUBLIC_URL/pages/not-me#token={token}',
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
    desc: 'built-in pages to serve under /pages, comma-separated; none serves none of them',
  }),
  LOGIN_URL: webUrl({
    default: undefined,
    desc: 'your login page, linked from mails and pages; default PUBLIC_URL/pages/login where that page is served',
  }),
  APP_URL: webUrl({
    default: undefined,
    desc: 'where people go from the built-in pages once they are logged in; default the built-in account page',
  }),
  BRAND_COLOR: hexColor({
    default: '#2a51d8',
    desc: 'colour of buttons on the built-in pages; text on it and links in it are kept readable',
  }),
  BRAND_LOGO: str({
    default: undefined,
    desc: 'image file (SVG, PNG or WebP, up to 200 KiB) beside the product name on the built-in pages',
    example: '/etc/munjigi/logo.svg',
  }),
  SWAGGER_ENABLED: bool({ default: false, devDefault: true, desc: 'serve /docs and /docs-json' }),
  METRICS_ENABLED: bool({
    default: false,
    devDefault: true,
    desc: 'serve GET /metrics beside the API; in production only where a proxy keeps that path from the world',
  }),
  METRICS_PORT: tcpPort({
    default: undefined,
    desc: 'serve /metrics on a port of its own instead, which no proxy passes on',
    example: '9464',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: webUrl({
    default: undefined,
    desc: 'send traces there by OTLP over HTTP; the other OTEL_ variables of OpenTelemetry mean what they always do',
    example: 'http://otel-collector:4318',
  }),
  LOG_LEVEL: str({
    choices: ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
    default: 'info',
    desc: 'least level written to the log',
  }),
  SECURITY_EVENT_RETENTION_SECONDS: positiveSeconds({
    default: 365 * DAY,
    desc: 'the audit forgets events after this long',
  }),
  SHUTDOWN_DRAIN_SECONDS: seconds({
    default: 5,
    devDefault: 0,
    desc: 'told to stop, go on serving for this long with /health/ready at 503, so that load balancers notice first',
  }),
  SHUTDOWN_TIMEOUT_SECONDS: positiveSeconds({
    default: 25,
    desc: 'told to stop, end after this long at the latest, with exit code 1 if something had to be left unfinished',
  }),
  OUTBOX_CONCURRENCY: count({ default: 5, desc: 'mails a process sends at once' }),
  OUTBOX_LEASE_SECONDS: positiveSeconds({
    default: 60,
    desc: 'a mail claimed by a process that died is taken over after this long',
  }),
  SMTP_TIMEOUT_SECONDS: positiveSeconds({
    default: 20,
    desc: 'give up on a silent mail server after this long; below the lease',
  }),
};

export type Environment = CleanedEnv<typeof ENVIRONMENT>;

/** The parts of a list, without blanks around them and without empty ones. */
function itemsOf(input: string): string[] {
  return input
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

function wholeNumber(input: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(input) ? Number(input) : Number.NaN;
  if (!(value >= min && value <= max)) throw new Error(`needs a whole number from ${min} to ${max}`);
  return value;
}

function checkedUrl(input: string, protocols: string[]): string {
  // The messages name the rule and never the value: a URL may hold a password.
  if (!URL.canParse(input) || !protocols.includes(new URL(input).protocol))
    throw new Error(`needs a URL starting ${protocols.map((p) => `${p}//`).join(' or ')}`);
  return input;
}

function checkedOrigin(input: string): string {
  const origin = new URL(checkedUrl(input, ['http:', 'https:'])).origin;
  if (origin !== input) throw new Error('needs plain origins such as https://app.example.com, no path and no wildcard');
  return origin;
}
