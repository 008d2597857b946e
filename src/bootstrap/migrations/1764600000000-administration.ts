import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `ALTER TABLE security_events ADD COLUMN actor_id uuid`,
  // Lists are sorted by time and id. The wider indexes replace the narrow ones and serve the same
  // queries.
  `DROP INDEX security_events_at, security_events_type, outbox_messages_created_at`,
  `CREATE INDEX security_events_at ON security_events (at, id)`,
  `CREATE INDEX security_events_type ON security_events (type, at, id)`,
  `CREATE INDEX security_events_member_at ON security_events (member_id, at, id)`,
  `CREATE INDEX outbox_messages_created_at ON outbox_messages (created_at, id)`,
  `CREATE INDEX outbox_messages_unsent ON outbox_messages (status, created_at, id) WHERE status <> 'sent'`,
  `CREATE INDEX members_created_at ON members (created_at, id)`,
  `CREATE INDEX members_admins ON members (created_at, id) WHERE role = 'admin'`,
  `CREATE INDEX members_inactive ON members (status, created_at, id) WHERE status <> 'active'`,
  // Prefix search only: searching for any part would need the trigram extension, which an ordinary
  // role may not create.
  `CREATE INDEX members_login_id_prefix ON members (login_id text_pattern_ops)`,
  `CREATE INDEX members_email_key_prefix ON members (email_key text_pattern_ops)`,
  `CREATE INDEX members_name_prefix ON members (lower(name) text_pattern_ops)`,
  `CREATE INDEX mfa_challenges_member ON mfa_challenges (member_id)`,
];

const DOWN = [
  `DROP INDEX mfa_challenges_member, members_name_prefix, members_email_key_prefix, members_login_id_prefix,
    members_inactive, members_admins, members_created_at, outbox_messages_unsent, outbox_messages_created_at,
    security_events_member_at, security_events_type, security_events_at`,
  `CREATE INDEX outbox_messages_created_at ON outbox_messages (created_at)`,
  `CREATE INDEX security_events_at ON security_events (at)`,
  `CREATE INDEX security_events_type ON security_events (type, id)`,
  `ALTER TABLE security_events DROP COLUMN actor_id`,
];

/**
 * The acting administrator of audit rows, and the indexes that administrators' lists need with a
 * million members.
 */
export class Administration1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
