import type pg from 'pg';

/** The columns that tokens are minted and judged by. */
const TIMES = [
  ...['created_at', 'rotated_at', 'previous_rotated_at', 'late_replayed_at', 'burst_since'],
  ...['idle_expires_at', 'absolute_expires_at'],
];

/** Moves a session into the past, as if that time had passed since its last refresh. */
export async function ageSession(sql: pg.Pool, sessionId: string, seconds: number): Promise<void> {
  const changes = TIMES.map((column) => `${column} = ${column} - make_interval(secs => $2)`);
  await sql.query(`UPDATE sessions SET ${changes.join(', ')} WHERE id = $1`, [sessionId, seconds]);
}
