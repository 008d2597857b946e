import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Waits after wrong second factors always end now. Which of the endless ones are theirs the rows do not say, so all end
 * within the longest wait; at the next wrong password an account is where it was, since the count stands.
 */
export class EndlessWaits1764910100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `UPDATE login_failures SET blocked_until = now() + interval '15 minutes', updated_at = now() WHERE blocked_until = 'infinity'`,
    );
  }

  async down(): Promise<void> {
    // Nothing to bring back: the next wrong password does.
  }
}
