import { Injectable } from '@nestjs/common';
import { MailCountsRepository } from '../../mail/outbox/mail-counts.repository.js';
import type { OutboxStatus } from '../../mail/outbox/outbox-message.entity.js';
import { seriesOf, type BucketCount, type Buckets } from '../../platform/database/buckets.js';
import { EventCountsRepository } from '../../security/audit-log/event-counts.repository.js';
import type { SecurityEventType } from '../../security/audit-log/security-events.js';
import {
  RefreshCountsRepository,
  type RefreshOutcome,
} from '../../sessions/refresh-counts/refresh-counts.repository.js';

const EVENTS = {
  sign_ups_requested: 'sign-up.requested',
  sign_ups_confirmed: 'sign-up.confirmed',
  logins: 'login.succeeded',
  logins_failed: 'login.failed',
  logins_throttled: 'login.throttled',
  second_factors_failed: 'login.second_factor_failed',
  ended_by_risk: 'risk.assessed',
  tokens_reused: 'session.reuse_detected',
} as const satisfies Record<string, SecurityEventType>;
const REFRESHES = {
  refreshes: 'rotated',
  refreshes_replayed: 'replayed',
  refreshes_refused: 'refused',
} as const satisfies Record<string, RefreshOutcome>;
const MAILS = {
  mails_sent: 'sent',
  mails_pending: 'pending',
  mails_dead: 'dead',
  mails_dropped: 'dropped',
} as const satisfies Record<string, OutboxStatus>;

type SeriesName = keyof typeof EVENTS | keyof typeof REFRESHES | keyof typeof MAILS;
/** The name in the database of what each series counts. */
const COUNTED = Object.entries({ ...EVENTS, ...REFRESHES, ...MAILS }) as [SeriesName, string][];
export const SERIES = COUNTED.map(([name]) => name);

/** How often something happened, part by part of the period. */
export interface Series {
  readonly name: SeriesName;
  readonly counts: readonly number[];
}

const DAY = 86_400;
/** After this many days no mail of a day changes its state any more: it is sent, or given up. */
const DAYS_OF_CHANGE = 3;

/** Counts events, refreshes and mails, part by part of a period. */
@Injectable()
export class OverviewCountsService {
  /** The counts of past days, by their begin. They never change. */
  private readonly pastDays = new Map<number, readonly BucketCount[]>();

  constructor(
    private readonly events: EventCountsRepository,
    private readonly refreshes: RefreshCountsRepository,
    private readonly mails: MailCountsRepository,
  ) {}

  async count(buckets: Buckets): Promise<Series[]> {
    const counts = buckets.seconds === DAY ? await this.countDays(buckets) : await this.read(buckets);
    return COUNTED.map(([name, counted]) => ({ name, counts: seriesOf(buckets, counts, counted) }));
  }

  /**
   * One statement for each day, and none for a day that was counted before: one for a whole month
   * would take longer than a statement may where there are many members.
   */
  private async countDays({ fromSeconds, amount }: Buckets): Promise<BucketCount[]> {
    for (const begin of this.pastDays.keys()) if (begin < fromSeconds) this.pastDays.delete(begin);
    const counts: BucketCount[] = [];
    for (let day = 0; day < amount; day += 1) {
      const begin = fromSeconds + day * DAY;
      const ofDay = this.pastDays.get(begin) ?? (await this.read({ fromSeconds: begin, seconds: DAY, amount: 1 }));
      if (day < amount - DAYS_OF_CHANGE) this.pastDays.set(begin, ofDay);
      counts.push(...ofDay.map((count) => ({ ...count, bucket: day })));
    }
    return counts;
  }

  private async read(buckets: Buckets): Promise<BucketCount[]> {
    const [events, refreshes, mails] = await Promise.all([
      this.events.count(Object.values(EVENTS), buckets),
      this.refreshes.count(buckets),
      this.mails.count(buckets),
    ]);
    return [...events, ...refreshes, ...mails];
  }
}
