import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, withBriefLock } from './online-ddl.js';

/** Without an index on the member's id, deleting a member would read all sessions and all mails. */
const INDEXES = {
  // Also replaces the partial index on active sessions: they are contiguous in this one.
  sessions_of_member: 'sessions (member_id, ended_at)',
  outbox_messages_member: 'outbox_messages (member_id) WHERE member_id IS NOT NULL',
};
const SIGN_UPS = 'security_events_sign_up';
/** A sign-up event is older than its member, so only the login ID links them. */
const SIGN_UP_LOGIN_IDS = `((details ->> 'loginId')) WHERE type = 'sign-up.requested'`;

/** Indexes for the erasure of closed accounts. */
export class ErasureIndexes1764910400000 implements MigrationInterface {
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of Object.entries(INDEXES)) await buildIndex(runner, name, definition);
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS sessions_member`);
    await indexSignUps(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ${SIGN_UPS}`);
    await runner.query(`CREATE INDEX sessions_member ON sessions (member_id) WHERE ended_at IS NULL`);
    for (const name of Object.keys(INDEXES)) await runner.query(`DROP INDEX ${name}`);
  }
}

/**
 * PostgreSQL cannot build the index of a partitioned table concurrently. So the parent gets an
 * invalid, empty index first, which future partitions inherit. Then each existing partition gets
 * its own index concurrently, which is attached.
 */
async function indexSignUps(runner: QueryRunner): Promise<void> {
  await withBriefLock(runner, async () => {
    await runner.query(`CREATE INDEX IF NOT EXISTS ${SIGN_UPS} ON ONLY security_events ${SIGN_UP_LOGIN_IDS}`);
  });
  const without = (await runner.query(
    `SELECT part.relname AS name FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid
     WHERE inhparent = 'security_events'::regclass AND NOT EXISTS (
       SELECT FROM pg_index JOIN pg_inherits whole ON whole.inhrelid = indexrelid
       WHERE indrelid = part.oid AND whole.inhparent = '${SIGN_UPS}'::regclass)`,
  )) as { name: string }[];
  for (const { name } of without) {
    await buildIndex(runner, `${name}_sign_up`, `${name} ${SIGN_UP_LOGIN_IDS}`);
    await withBriefLock(runner, async () => {
      await runner.query(`ALTER INDEX ${SIGN_UPS} ATTACH PARTITION ${name}_sign_up`);
    });
  }
}
