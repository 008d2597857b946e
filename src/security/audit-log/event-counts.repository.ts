import { Injectable } from '@nestjs/common';
import { bucketOf, type BucketCount, type Buckets } from '../../platform/database/buckets.js';
import { ReadReplica } from '../../platform/database/read-replica.js';
import type { SecurityEventType } from './security-events.js';

/** Counts security events. Uses SQL, because the count aggregates the partitions of a period by one index. */
@Injectable()
export class EventCountsRepository {
  constructor(private readonly replica: ReadReplica) {}

  /** Counts events by type and part of the period. Of `risk.assessed`, only those that ended a login or session count. */
  async count(types: readonly SecurityEventType[], buckets: Buckets): Promise<BucketCount[]> {
    const { text, values } = eventCountStatement(types, buckets);
    return (await this.replica.query<BucketCount>(text, values)).rows;
  }
}

/** The statement, separate so that a test can check its plan. */
export function eventCountStatement(
  types: readonly SecurityEventType[],
  { fromSeconds, seconds, amount }: Buckets,
): { text: string; values: unknown[] } {
  // Two parts, because only the second one reads more than the index.
  const from = (condition: string): string => `SELECT type AS name, ${bucketOf('at')} AS bucket, count(*)::int AS count
    FROM security_events WHERE ${condition} AND at >= to_timestamp($1) AND at < to_timestamp($4) GROUP BY 1, 2`;
  return {
    text: `${from('type = ANY($3)')} UNION ALL
      ${from(`type = 'risk.assessed' AND details->>'outcome' = 'end' AND details->>'dryRun' = 'false'`)}`,
    values: [
      ...[fromSeconds, seconds, types.filter((type) => type !== 'risk.assessed')],
      fromSeconds + seconds * amount,
    ],
  };
}
