import type pg from 'pg';

/** The times that decide about the tokens of a session. */
const TIMES = [
  ...['created_at', 'rotated_at', 'previous_rotated_at', 'late_replayed_at', 'burst_since'],
  ...['idle_expires_at', 'absolute_expires_at'],
];

/** Moves the times of a session into the past, as if it had not been used for `seconds`. */
export async function ageSession(sql: pg.Pool, sessionId: string, seconds: number): Promise<void> {
  const changes = TIMES.map((column) => `${column} = ${column} - make_interval(secs => $2)`);
  await sql.query(`UPDATE sessions SET ${changes.join(', ')} WHERE id = $1`, [sessionId, seconds]);
}
