import type { DatabaseClient } from '../../platform/database/database-client.js';

export const COLLISION_POLICIES = ['skip', 'first', 'newest', 'fail'] as const;
/** Which of several rows with one address or login ID is imported. */
export type CollisionPolicy = (typeof COLLISION_POLICIES)[number];

/** Refuses rows that collide with another row of the file, or with a member (IM-13). */
export async function refuseCollisions(client: DatabaseClient, policy: CollisionPolicy): Promise<void> {
  for (const { column, label } of [
    { column: 'row_key', label: 'the same account' },
    { column: 'email_key', label: 'the same mail address' },
    { column: 'login_id', label: 'the same login ID' },
  ])
    await refuseTwice(client, column, label, policy);
  await refuseTaken(client, 'r.email_key = m.email_key', 'a member has this mail address');
  await refuseTaken(client, 'r.login_id = m.login_id', 'a member has this login ID');
  await refuseTaken(client, 'r.id = m.id', 'a member has this id');
  // A proven account comes before the claim of an earlier import.
  await refuseTaken(
    client,
    'r.is_claim AND r.email_key = m.email_key',
    'an earlier import has this mail address',
    'imported_claims',
  );
  await refuseTaken(
    client,
    'r.is_claim AND r.login_id = m.login_id',
    'an earlier import has this login ID',
    'imported_claims',
  );
  // As for sign-ups: otherwise a new account could keep the owner of an address from undoing a
  // change (CC-11).
  await client.query(`INSERT INTO import_refused SELECT DISTINCT r.row_number, 'another member can go back to this mail address', NULL::int
      FROM import_rows r JOIN email_changes c ON c.old_email_key = r.email_key AND c.closed_at IS NULL AND c.undo_until > now()
      WHERE c.member_id <> r.id ON CONFLICT DO NOTHING`);
}

async function refuseTwice(
  client: DatabaseClient,
  column: string,
  label: string,
  policy: CollisionPolicy,
): Promise<void> {
  const order = policy === 'newest' ? 'coalesce(created_at, now()) DESC, row_number DESC' : 'row_number';
  // `skip` and `fail` refuse every row of a collision, the others all but the first in order.
  const [other, condition] =
    policy === 'skip' || policy === 'fail'
      ? ['coalesce(lag(row_number) OVER w, lead(row_number) OVER w)', 'other IS NOT NULL']
      : ['first_value(row_number) OVER w', 'other <> row_number'];
  await client.query(
    `INSERT INTO import_refused SELECT row_number, $1, other FROM (
         SELECT row_number, ${other} AS other FROM import_rows WHERE row_number NOT IN (SELECT row_number FROM import_refused)
         WINDOW w AS (PARTITION BY ${column} ORDER BY ${order})) compared WHERE ${condition}`,
    [label],
  );
}

async function refuseTaken(
  client: DatabaseClient,
  condition: string,
  reason: string,
  table = 'members',
): Promise<void> {
  await client.query(
    `INSERT INTO import_refused SELECT r.row_number, $1, NULL FROM import_rows r JOIN ${table} m ON ${condition}
       WHERE NOT EXISTS (SELECT FROM import_journal j WHERE j.row_key = r.row_key) ON CONFLICT DO NOTHING`,
    [reason],
  );
}
