import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** The slots that standbys and read replicas use, counted by state. */
export interface ReplicationSlots {
  /** A standby or replica is connected. */
  readonly active: number;
  /** None is connected; the database keeps on disk what the slot has not received. */
  readonly away: number;
  /**
   * None is connected, and more than `max_slot_wal_keep_size` was written since: the standby needs
   * a new copy of the database.
   */
  readonly lost: number;
}

/** Counts the physical replication slots, which any role may read. */
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
