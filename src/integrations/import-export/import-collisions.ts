import type { DatabaseClient } from '../../platform/database/database-client.js';

export const COLLISION_POLICIES = ['skip', 'first', 'newest', 'fail'] as const;
/** Which of several rows with one address, login ID, passkey or linked account is imported. */
export type CollisionPolicy = (typeof COLLISION_POLICIES)[number];

/** What one member alone can have, besides address and login ID. */
interface Credential {
  /** Also the name of the list in `secrets`. */
  readonly table: string;
  readonly columns: string;
  /** The columns, from an `item` of the list. */
  readonly values: string;
  /** Compares a row `r` of the file with a row `m` of the table. */
  readonly match: string;
  readonly label: string;
}

const CREDENTIALS: readonly Credential[] = [
  {
    table: 'passkeys',
    columns: 'credential_id',
    values: `decode(item->>'credentialId', 'hex')`,
    match: 'r.credential_id = m.credential_id',
    label: 'passkey',
  },
  {
    table: 'identities',
    columns: 'provider, subject',
    values: `item->>'provider', item->>'subject'`,
    match: 'r.provider = m.provider AND r.subject = m.subject',
    label: 'linked account',
  },
];

/**
 * The credentials of the file, with their rows. Each comes once a row, because an account that names
 * it twice loses nothing. Claims are left out, because they are imported without theirs.
 */
const staged = ({ table, columns, values }: Credential): string =>
  `(SELECT DISTINCT row_number, row_key, created_at, ${values} FROM import_rows CROSS JOIN jsonb_array_elements(secrets->'${table}') item
    WHERE NOT is_claim AND secrets->'${table}' <> '[]') AS r (row_number, row_key, created_at, ${columns})`;

/** Whether no earlier run has imported the row `r`, whose member would collide with it. */
const IS_NEW = `NOT EXISTS (SELECT FROM import_journal j WHERE j.row_key = r.row_key)`;

/** Refuses rows that collide with another row of the file, or with a member (IM-13). */
export async function refuseCollisions(client: DatabaseClient, policy: CollisionPolicy): Promise<void> {
  // First, because a row that is refused anyway takes nothing from another row.
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
      WHERE c.member_id <> r.id AND ${IS_NEW} ON CONFLICT DO NOTHING`);
  for (const { column, label } of [
    { column: 'row_key', label: 'the same account' },
    { column: 'email_key', label: 'the same mail address' },
    { column: 'login_id', label: 'the same login ID' },
  ])
    await refuseTwice(client, column, label, policy);
  // Last, because a row that is refused for its address takes no credential from another row.
  for (const credential of CREDENTIALS) {
    const { match, label, table } = credential;
    await refuseTaken(client, match, `a member has this ${label}`, table, staged(credential));
  }
  for (const credential of CREDENTIALS)
    await refuseTwice(client, credential.columns, `the same ${credential.label}`, policy, staged(credential));
}

/** @param columns that no two rows may share */
async function refuseTwice(
  client: DatabaseClient,
  columns: string,
  label: string,
  policy: CollisionPolicy,
  rows = 'import_rows',
): Promise<void> {
  const order = policy === 'newest' ? 'coalesce(created_at, now()) DESC, row_number DESC' : 'row_number';
  // `skip` and `fail` refuse every row of a collision, the others all but the first in order.
  const [other, condition] =
    policy === 'skip' || policy === 'fail'
      ? ['coalesce(lag(row_number) OVER w, lead(row_number) OVER w)', 'other IS NOT NULL']
      : ['first_value(row_number) OVER w', 'other <> row_number'];
  // A row with several passkeys may collide by each of them.
  await client.query(
    `INSERT INTO import_refused SELECT row_number, $1, other FROM (
         SELECT row_number, ${other} AS other FROM ${rows} WHERE row_number NOT IN (SELECT row_number FROM import_refused)
         WINDOW w AS (PARTITION BY ${columns} ORDER BY ${order})) compared WHERE ${condition} ON CONFLICT DO NOTHING`,
    [label],
  );
}

async function refuseTaken(
  client: DatabaseClient,
  condition: string,
  reason: string,
  table = 'members',
  rows = 'import_rows r',
): Promise<void> {
  await client.query(
    `INSERT INTO import_refused SELECT r.row_number, $1, NULL FROM ${rows} JOIN ${table} m ON ${condition}
       WHERE ${IS_NEW} ON CONFLICT DO NOTHING`,
    [reason],
  );
}
