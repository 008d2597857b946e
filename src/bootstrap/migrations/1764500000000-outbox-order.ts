import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The dispatcher claims new mails and mails to retry separately, so each kind gets its own index.
 */
export class OutboxOrder1764500000000 implements MigrationInterface {
  name = 'OutboxOrder1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX outbox_messages_fresh ON outbox_messages (available_at) WHERE status = 'pending' AND attempts = 0`,
    );
    await runner.query(
      `CREATE INDEX outbox_messages_failed ON outbox_messages (available_at) WHERE status = 'pending' AND attempts > 0`,
    );
    // The previous release can use these two indexes as well, only slightly slower.
    await runner.query(`DROP INDEX outbox_messages_due`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX outbox_messages_due ON outbox_messages (available_at) WHERE status = 'pending'`);
    await runner.query(`DROP INDEX outbox_messages_fresh, outbox_messages_failed`);
  }
}
