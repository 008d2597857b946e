import { Injectable } from '@nestjs/common';
import { bucketOf, type BucketCount, type Buckets } from '../../platform/database/buckets.js';
import { ReadReplica } from '../../platform/database/read-replica.js';

/** Counts mails by the time when they were queued and by their state. SQL: one aggregate. */
@Injectable()
export class MailCountsRepository {
  constructor(private readonly replica: ReadReplica) {}

  async count({ fromSeconds, seconds, amount }: Buckets): Promise<BucketCount[]> {
    const { rows } = await this.replica.query<BucketCount>(
      `SELECT status AS name, ${bucketOf('created_at')} AS bucket, count(*)::int AS count
       FROM outbox_messages WHERE created_at >= to_timestamp($1) AND created_at < to_timestamp($3) AND status <> 'withheld' GROUP BY 1, 2`,
      [fromSeconds, seconds, fromSeconds + seconds * amount],
    );
    return rows;
  }
}
