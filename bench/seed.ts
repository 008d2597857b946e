import pg from 'pg';
import { PasswordHasher } from '../src/security/passwords/password-hasher.js';
import { AppConfig } from '../src/platform/config/app-config.js';
import { BENCH_PASSWORD } from './members.js';

/** Members are numbered from 1; members.ts derives their data from the number. */
export async function seedMembers(databaseUrl: string, config: AppConfig, from: number, to: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // One password for all: checking it costs the same, and a million hashes would take hours.
    const passwordHash = await new PasswordHasher(config).hash(BENCH_PASSWORD);
    await client.query(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, name, locale)
       SELECT ('00000000-0000-4000-8000-0000' || lpad(n::text, 8, '0'))::uuid, 'bench' || lpad(n::text, 8, '0'),
         'bench' || lpad(n::text, 8, '0') || '@bench.example', 'bench' || lpad(n::text, 8, '0') || '@bench.example',
         $3, 'Ada Lovelace', 'en'
       FROM generate_series($1::int, $2::int) AS n`,
      [from, to, passwordHash],
    );
    await client.query(
      `INSERT INTO devices (id, member_id, token_digest, name, user_agent, network)
       SELECT gen_random_uuid(), ('00000000-0000-4000-8000-0000' || lpad(n::text, 8, '0'))::uuid,
         sha256(convert_to(rtrim(translate(encode(sha256(convert_to('device' || n, 'UTF8')), 'base64'), '+/', '-_'), '='), 'UTF8')),
         'bench', 'bench', '198.18.0.0/24'
       FROM generate_series($1::int, $2::int) AS n`,
      [from, to],
    );
  } finally {
    await client.end();
  }
}

/** Live sessions of members, one for each `replica` number. */
export async function seedSessions(
  databaseUrl: string,
  from: number,
  to: number,
  replicas: readonly number[],
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const replica of replicas)
      await client.query(
        `INSERT INTO sessions (id, member_id, device_id, transport, device_name, user_agent, ip, rotated_at, idle_expires_at, absolute_expires_at)
         SELECT ('00000000-0000-4000-9000-' || lpad($3::text, 4, '0') || lpad(n::text, 8, '0'))::uuid,
           ('00000000-0000-4000-8000-0000' || lpad(n::text, 8, '0'))::uuid, NULL, 'body', 'bench', 'bench', '198.18.0.1',
           now() - interval '1 hour', now() + interval '14 days', now() + interval '30 days'
         FROM generate_series($1::int, $2::int) AS n`,
        [from, to, String(replica)],
      );
  } finally {
    await client.end();
  }
}

/** Makes a member an administrator with the second factor that administrators need. */
export async function appoint(databaseUrl: string, memberId: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`UPDATE members SET role = 'admin' WHERE id = $1`, [memberId]);
    await client.query(
      `INSERT INTO passkeys (id, member_id, credential_id, public_key, sign_count, transports, backup_eligible, backed_up, user_verified)
       VALUES (gen_random_uuid(), $1, 'bench', 'bench', 0, '{}', false, false, true)`,
      [memberId],
    );
  } finally {
    await client.end();
  }
}

/** Updates statistics and writes all pages, so that no round pays for the seeding. */
export async function settle(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}
