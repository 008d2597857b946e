/** Settings of one PostgreSQL session, by name. */
export type SessionSettings = Readonly<Record<string, string>>;

/** The formats of values on the connection. PgBouncer accepts these settings and keeps them for each client. */
const FORMATS: SessionSettings = {
  DateStyle: 'ISO, MDY', // the driver reads no other format: dates would become null
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
};

/** The rest of what our statements rely on. PgBouncer refuses these at the start of a session. */
const BEHAVIOUR: SessionSettings = {
  extra_float_digits: '1',
  default_transaction_isolation: 'read committed', // statements that decide by their row count are written for it
  idle_session_timeout: '0', // connections of the pool, LISTEN and locks are idle for long
};

/**
 * The settings of every connection. They are sent when a session starts, where they outrank those
 * of the URL, the role and the database.
 * @param timeoutMs longest time for one statement or lock; 0 for no limit
 * @param isPooled whether a pooler in transaction mode is in between; the role then holds the
 *   timeouts (docs/scaling.md)
 */
export function sessionSettings({ timeoutMs, isPooled }: { timeoutMs: number; isPooled?: boolean }): SessionSettings {
  if (isPooled === true) return FORMATS;
  return {
    ...FORMATS,
    ...BEHAVIOUR,
    statement_timeout: String(timeoutMs),
    lock_timeout: String(timeoutMs),
    idle_in_transaction_session_timeout: String(timeoutMs * 2),
  };
}
