import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** What the database keeps for its standbys and read replicas, each of which has a slot. */
export interface ReplicationSlots {
  /** Somebody follows. */
  readonly active: number;
  /** Nobody does, and what they have not seen is kept for them on the disk of the database. */
  readonly away: number;
  /** Nobody does, and too much has been written since (`max_slot_wal_keep_size`): only a new copy helps. */
  readonly lost: number;
}

/** Looks at the physical slots; any role may. */
@Injectable()
export class ReplicationSlotsRepository {
  constructor(private readonly database: Database) {}

  async count(): Promise<ReplicationSlots> {
    const { rows } = await this.database.query<ReplicationSlots>(
      `SELECT count(*) FILTER (WHERE active)::int AS active,
              count(*) FILTER (WHERE NOT active AND wal_status IS DISTINCT FROM 'lost')::int AS away,
              count(*) FILTER (WHERE NOT active AND wal_status = 'lost')::int AS lost
       FROM pg_replication_slots WHERE slot_type = 'physical' AND NOT temporary`,
    );
    return rows[0]!;
  }
}
