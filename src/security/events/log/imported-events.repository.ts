import type { DatabaseClient } from '../../../platform/database/database-client.js';
import { outcomeOf, type Sql } from '../../../platform/database/sql.js';
import type { MemberSnapshotsRepository } from '../../../users/member-snapshots.repository.js';
import { DELIVERIES_CHANNEL } from '../deliveries/deliveries-channel.js';

/** Writes the events of an import: `member.created` for many members in one statement. */
export class ImportedEventsRepository {
  private readonly sql: Sql;

  constructor(
    private readonly client: DatabaseClient,
    private readonly members: MemberSnapshotsRepository,
  ) {
    this.sql = { query: async (text, values = []) => outcomeOf(await client.query(text, [...values])) };
  }

  /**
   * Runs `work` in a transaction. Adding a receiver waits for its end, as for the end of a
   * transaction that has written a security event. So either `work` sees the receiver, or the
   * receiver sees the members that `work` adds.
   */
  async inTransaction<T>(work: () => Promise<T>): Promise<T> {
    await this.client.query('BEGIN');
    try {
      await this.client.query('LOCK TABLE ONLY security_events IN ROW EXCLUSIVE MODE');
      const result = await work();
      await this.client.query('COMMIT');
      return result;
    } catch (error) {
      await this.client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Call it in the transaction that adds the members: no other transaction can have written events about them. */
  async recordCreated(memberIds: readonly string[]): Promise<void> {
    const snapshots = await this.members.list(this.sql, memberIds);
    await this.client.query(
      `WITH event AS (
         INSERT INTO events (type, member_id, data) SELECT 'member.created', id, data::jsonb FROM unnest($1::uuid[], $2::text[]) AS added (id, data)
         RETURNING id, member_id),
       delivery AS (
         INSERT INTO event_deliveries (id, event_id, webhook_id, member_id)
         SELECT gen_random_uuid(), event.id, webhooks.id, event.member_id
         FROM event, webhooks WHERE webhooks.enabled AND 'member.created' = ANY (webhooks.types) RETURNING webhook_id)
       SELECT pg_notify('${DELIVERIES_CHANNEL}', webhook_id::text) FROM delivery GROUP BY webhook_id`,
      [[...snapshots.keys()], [...snapshots.values()].map((member) => JSON.stringify({ member }))],
    );
  }
}
