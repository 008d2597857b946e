import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mails that failed before and mails that did not are claimed apart, so each kind has an index of its own. */
export class OutboxOrder1764500000000 implements MigrationInterface {
  name = 'OutboxOrder1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX outbox_messages_fresh ON outbox_messages (available_at) WHERE status = 'pending' AND attempts = 0`,
    );
    await runner.query(
      `CREATE INDEX outbox_messages_failed ON outbox_messages (available_at) WHERE status = 'pending' AND attempts > 0`,
    );
    // The previous release finds its due mails through these two as well, only a little more slowly.
    await runner.query(`DROP INDEX outbox_messages_due`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX outbox_messages_due ON outbox_messages (available_at) WHERE status = 'pending'`);
    await runner.query(`DROP INDEX outbox_messages_fresh, outbox_messages_failed`);
  }
}
