import type pg from 'pg';

/**
 * A table that grows with the members: how many rows a member adds in the long run, and how to fill
 * it realistically.
 */
export interface Population {
  readonly table: string;
  /** Rows per member in the steady state, when as many are purged as added. */
  readonly perMember: number;
  /**
   * Returns the statement that fills the table. `share` is the average number of rows per member: below
   * 1, only some members get a row.
   */
  fill(share: number): string;
}

const AGENT = `'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1'`;
const DIGEST = `sha256(uuid_send(gen_random_uuid()))`;
/** A random client address in 198.18.0.0/15. */
const IP = `'198.' || (18 + n % 2) || '.' || (random() * 255)::int || '.' || (random() * 255)::int`;
const NETWORK = `'198.18.' || (random() * 255)::int || '.0/24'`;

/** Inserts `values` into `columns` for each row of each member, in random order as in real use. */
function insertInto(table: string, columns: string, values: string) {
  return (share: number): string =>
    `INSERT INTO ${table} (${columns}) SELECT ${values} FROM members m, generate_series(1, ${Math.ceil(share)}) n
     WHERE random() < ${share / Math.ceil(share)} ORDER BY random()`;
}

/**
 * Assumed per member: two devices, four logins and three mails a month, and a year of security
 * events.
 */
export const POPULATIONS: readonly Population[] = [
  {
    table: 'devices',
    perMember: 2,
    fill: insertInto(
      'devices',
      'id, member_id, token_digest, name, user_agent, network, last_seen_at',
      `gen_random_uuid(), m.id, ${DIGEST}, NULL, ${AGENT}, ${NETWORK}, now() - random() * interval '90 days'`,
    ),
  },
  {
    table: 'sessions',
    perMember: 3,
    fill: insertInto(
      'sessions',
      'id, member_id, device_id, transport, device_name, user_agent, ip, created_at, idle_expires_at, absolute_expires_at, ended_at, end_reason',
      `gen_random_uuid(), m.id, gen_random_uuid(), 'cookie', 'Ada’s phone', ${AGENT}, ${IP}, now(), now() + interval '14 days',
       now() + random() * interval '30 days', CASE WHEN n = 3 THEN now() END, CASE WHEN n = 3 THEN 'logout' END`,
    ),
  },
  {
    table: 'known_networks',
    perMember: 2,
    fill: insertInto(
      'known_networks',
      'member_id, network, country, last_seen_at',
      `m.id, '198.' || n || '.' || (random() * 255)::int || '.0/24', 'KR', now() - random() * interval '90 days'`,
    ),
  },
  {
    table: 'security_events',
    perMember: 120,
    fill: insertInto(
      'security_events',
      'at, type, member_id, session_id, ip, user_agent, request_id, details',
      `now() - random() * interval '360 days', (ARRAY['login.succeeded', 'session.ended', 'login.failed'])[1 + n % 3], m.id,
       gen_random_uuid(), ${IP}, ${AGENT}, gen_random_uuid(), '{"newDevice": false}'`,
    ),
  },
  {
    table: 'outbox_messages',
    perMember: 3,
    fill: insertInto(
      'outbox_messages',
      'id, template, locale, status, message_id, member_id, attempts, created_at, available_at, finished_at',
      `gen_random_uuid(), 'new-device', 'ko', 'sent', '<' || gen_random_uuid() || '@accounts.example.com>', m.id, 1,
       now() - random() * interval '30 days', now(), now()`,
    ),
  },
  {
    table: 'proof_requests',
    perMember: 0.1,
    fill: insertInto(
      'proof_requests',
      'id, purpose, email_key, member_id, code_hmac, link_digest, code_expires_at, link_expires_at, spent_at',
      `gen_random_uuid(), 'password-reset', m.email_key, m.id, ${DIGEST}, ${DIGEST}, now(), now(), now()`,
    ),
  },
  {
    table: 'login_failures',
    perMember: 0.2,
    fill: insertInto('login_failures', 'key, account, failures', `${DIGEST}, ${DIGEST}, 1`),
  },
  {
    table: 'rate_limits',
    perMember: 0.2,
    fill: insertInto(
      'rate_limits',
      'key, points, expire',
      `'mail-hour:' || encode(${DIGEST}, 'base64'), 1, (extract(epoch FROM now()) * 1000)::bigint + (random() * 1e6)::int`,
    ),
  },
  {
    table: 'totp_secrets',
    perMember: 0.1,
    fill: insertInto('totp_secrets', 'member_id, sealed, confirmed_at', `m.id, ${DIGEST} || ${DIGEST}, now()`),
  },
  { table: 'recovery_codes', perMember: 1, fill: insertInto('recovery_codes', 'digest, member_id', `${DIGEST}, m.id`) },
  {
    table: 'passkeys',
    perMember: 0.2,
    fill: insertInto(
      'passkeys',
      'id, member_id, credential_id, public_key, sign_count, transports, backup_eligible, backed_up, user_verified',
      `gen_random_uuid(), m.id, ${DIGEST}, ${DIGEST} || ${DIGEST} || ${DIGEST}, 0, '{internal,hybrid}', true, true, true`,
    ),
  },
  {
    table: 'risk_notices',
    perMember: 0.2,
    fill: insertInto('risk_notices', 'member_id, device, signal', `m.id, gen_random_uuid(), 'new_device'`),
  },
];

/**
 * Inserts members with names and addresses in random order, and their rows in the tables of
 * {@link POPULATIONS}. The password hashes have the right length but match no password.
 */
export async function seedPopulation(client: pg.Client, members: number, shares: Map<string, number>): Promise<void> {
  await client.query(
    `INSERT INTO members (id, login_id, email, email_key, password_hash, name, locale, created_at)
     SELECT gen_random_uuid(), 'a' || substr(h, 1, 9), address, address,
       '$argon2id$v=19$m=19456,t=2,p=1$' || substr(h, 1, 22) || '$' || h || substr(h, 1, 11), 'Ada ' || substr(h, 1, 8), 'ko',
       now() - random() * interval '3 years'
     FROM (SELECT md5(n::text) AS h, substr(md5(n::text), 1, 12) || '@example.com' AS address FROM generate_series(1, $1::int) n) AS people`,
    [members],
  );
  for (const { table, perMember, fill } of POPULATIONS) await client.query(fill(shares.get(table) ?? perMember));
}
