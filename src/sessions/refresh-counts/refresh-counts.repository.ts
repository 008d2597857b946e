import { Injectable } from '@nestjs/common';
import type { BucketCount, Buckets } from '../../platform/database/buckets.js';
import { bucketOf } from '../../platform/database/buckets.js';
import { Database } from '../../platform/database/database.js';

/** The result of a refresh. */
export type RefreshOutcome = 'rotated' | 'replayed' | 'refused';

/** Owns the table `refresh_counts`. SQL, because several servers add to the same row at once. */
@Injectable()
export class RefreshCountsRepository {
  constructor(private readonly database: Database) {}

  /** Adds to the present minute. */
  async add({ rotated, replayed, refused }: Readonly<Record<RefreshOutcome, number>>): Promise<void> {
    await this.database.query(
      `INSERT INTO refresh_counts AS c (minute, rotated, replayed, refused) VALUES (date_trunc('minute', now()), $1, $2, $3)
       ON CONFLICT (minute) DO UPDATE SET rotated = c.rotated + $1, replayed = c.replayed + $2, refused = c.refused + $3`,
      [rotated, replayed, refused],
    );
  }

  async count({ fromSeconds, seconds, amount }: Buckets): Promise<BucketCount[]> {
    const { rows } = await this.database.query<BucketCount>(
      `SELECT name, ${bucketOf('minute')} AS bucket, sum(amount)::int AS count
       FROM refresh_counts, LATERAL (VALUES ('rotated', rotated), ('replayed', replayed), ('refused', refused)) AS v (name, amount)
       WHERE minute >= to_timestamp($1) AND minute < to_timestamp($3) GROUP BY 1, 2`,
      [fromSeconds, seconds, fromSeconds + seconds * amount],
    );
    return rows;
  }
}
