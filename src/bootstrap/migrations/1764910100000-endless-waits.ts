import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Waits after wrong second factors are now always limited. The rows do not show which of the
 * endless waits come from second factors, so all of them end within the longest wait. The counts
 * stay, so the next wrong password of an account leads to the same wait as before.
 */
export class EndlessWaits1764910100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `UPDATE login_failures SET blocked_until = now() + interval '15 minutes', updated_at = now() WHERE blocked_until = 'infinity'`,
    );
  }

  async down(): Promise<void> {
    // Nothing to restore: the next wrong password sets the endless wait again.
  }
}
