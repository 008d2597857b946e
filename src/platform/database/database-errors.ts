/**
 * Failures of the connection or server, not of the statement: refused, lost, shutting down, timed
 * out, out of resources.
 */
const UNAVAILABLE_CODES = new Set([
  // Node.js: the network, or ENOENT for a missing Unix socket.
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOENT',
  ],
  // SQLSTATE: deadlock and conflict (40), shutdown and timeouts (57, 55, 25), out of resources
  // (53), disk error (58).
  ...[
    '40P01',
    '40001',
    '57P01',
    '57P02',
    '57P03',
    '57014',
    '55P03',
    '25P03',
    '25P04',
    '53300',
    '53100',
    '53200',
    '53400',
    '58030',
  ],
]);

/**
 * Class 08 is "connection exception"; 25006 is a write on a server that has become read-only, as
 * after a failover.
 */
const UNAVAILABLE_CLASS = /^(08|25006)/;

/**
 * Messages of pg. The last one is from TypeORM, when a connection was lost between two statements
 * of a transaction.
 */
const CLIENT_MESSAGES =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|Query read timeout|Client has encountered a connection error|not queryable|Cannot use a pool after|Query runner already released/;

/** Whether the error is temporary, so that a retry after a few seconds may succeed. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall, cause, driverError, errors } = error as Error & {
    code?: unknown;
    syscall?: unknown;
    driverError?: unknown;
    errors?: unknown[];
  };
  if (syscall === 'open') return false; // a file of the URL, such as sslrootcert, is missing
  if (typeof code === 'string' && (UNAVAILABLE_CODES.has(code) || UNAVAILABLE_CLASS.test(code))) return true;
  if (CLIENT_MESSAGES.test(error.message)) return true;
  return [cause, driverError, ...(errors ?? [])].some((inner) => inner !== error && isDatabaseUnavailable(inner));
}

/**
 * Whether the database does not exist or refuses the login (SQLSTATE classes 3D and 28). At start
 * this is a mistake to report. In a running process it is temporary, for example during a restore
 * or a change of the password.
 */
export function isDatabaseClosed(error: unknown): boolean {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  return [code, driverError?.code].some((state) => typeof state === 'string' && /^(3D|28)\w{3}$/.test(state));
}

/**
 * The reason to show in a log or terminal. When several addresses of a host were tried, the error
 * itself has no message.
 */
export function reasonOf(error: unknown): string {
  const { message, code, errors } = error as { message?: string; code?: string; errors?: { message?: string }[] };
  return message || errors?.[0]?.message || code || String(error);
}

/**
 * Why a connection failed and what the operator can do, for a log or terminal.
 * @param setting the setting that holds the URL
 */
export function describeRefusal(error: unknown, setting = 'DATABASE_URL'): string {
  return `The database of ${setting} cannot be used: ${reasonOf(error)}. ${adviceFor(error, setting)}`;
}

/** What the operator can do about a failed connection. */
export function adviceFor(error: unknown, setting = 'DATABASE_URL'): string {
  const reason = reasonOf(error);
  const advice = REMEDIES.find(([pattern]) => pattern.test(reason))?.[1];
  return (advice ?? 'Check the URL in SETTING.').replaceAll('SETTING', setting);
}

const CORRECT_TLS = 'Correct sslmode and sslrootcert in SETTING.';

/**
 * Remedies by the message of PostgreSQL, PgBouncer or the driver. If `lc_messages` of PostgreSQL is
 * not English, most of its messages match none and get the general advice.
 */
const REMEDIES: readonly (readonly [reason: RegExp, remedy: string])[] = [
  [/unsupported startup parameter/, 'Through PgBouncer, also set DATABASE_DIRECT_URL (docs/scaling.md).'],
  [/password authentication failed/, 'Correct the user or the password in SETTING.'],
  [/unrecognized configuration parameter/, 'Remove it from ?options in SETTING, or use PostgreSQL 15 or newer.'],
  [/client password must be/, 'Add the password of the user to SETTING.'],
  [/^database ".*" does not exist/, 'Create the database, or correct its name in SETTING.'],
  [/^role ".*" does not exist/, 'Create the role, or correct the user in SETTING.'],
  [
    /pg_hba\.conf/,
    'Allow this user and address in pg_hba.conf; if only TLS is allowed, add ?sslmode=require to SETTING.',
  ],
  [/, open '/, CORRECT_TLS],
  // Before the words of TLS, which may be part of the host or of the path of a socket.
  [/ENOTFOUND|EAI_AGAIN/, 'Correct the host in SETTING.'],
  [/ECONNREFUSED|ENOENT/, 'Start PostgreSQL, or correct host and port in SETTING.'],
  [/\bSSL|\bTLS|certificate/i, CORRECT_TLS],
  [/timeout|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/i, 'Check host and port in SETTING, and firewalls on the way.'],
  [/starting up|recovery/, 'PostgreSQL is about to be ready.'],
  [/shutting down/, 'Start PostgreSQL again, unless it is being restarted.'],
  [/too many clients|connection slots/, 'Lower DATABASE_POOL_SIZE, or raise max_connections of PostgreSQL.'],
];

/**
 * Whether PostgreSQL rolled back because of another transaction: serialisation failure or deadlock
 * (SQLSTATE 40001, 40P01).
 */
export function isConflict(error: unknown): boolean {
  return hasState(error, '40001') || hasState(error, '40P01');
}

/** Whether a lock was not free within `lock_timeout` (SQLSTATE 55P03). */
export function isLockTimeout(error: unknown): boolean {
  return hasState(error, '55P03');
}

/** Whether a table or column is missing, or the role may not use it (SQLSTATE 42P01, 42703, 42501). */
export function isSchemaGap(error: unknown): boolean {
  return ['42P01', '42703', '42501'].some((state) => hasState(error, state));
}

/** Whether a unique index refused a row (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown): boolean {
  return hasState(error, '23505');
}

function hasState(error: unknown, state: string): boolean {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  return code === state || driverError?.code === state;
}
