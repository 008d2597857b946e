import type { TestApp } from './test-app.js';

/**
 * Counts the calls of `pg_sleep` with a whole number in the database of this app, so that an
 * injected call shows as a count and not as a slow response. PostgreSQL prefers a function that
 * takes exactly the given type: with an integer it calls ours, which does not sleep, instead of its
 * own, which takes a double.
 * @returns a function that reads the number of calls so far
 */
export async function countPgSleeps({ sql }: TestApp): Promise<() => Promise<number>> {
  // A sequence keeps its value when the transaction around an injected call is rolled back.
  await sql.query(`CREATE SEQUENCE pg_sleep_calls`);
  await sql.query(`CREATE FUNCTION pg_sleep(integer) RETURNS void LANGUAGE sql AS
    $$ SELECT nextval('public.pg_sleep_calls') $$`);
  await sql.query('SELECT pg_sleep(0)'); // shows that the counter works; this call is subtracted below
  return async () => {
    const { rows } = await sql.query(
      `SELECT CASE WHEN is_called THEN last_value::int - 1 END AS calls FROM pg_sleep_calls`,
    );
    return rows[0].calls as number;
  };
}
