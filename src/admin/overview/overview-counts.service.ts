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
/** After this many days most mails of a day are sent or given up. */
const DAYS_OF_CHANGE = 3;
/** An administrator may send a dead mail again until it is purged. */
const KEPT_MS = 10 * 60 * 1000;

/** Counts events, refreshes and mails, part by part of a period. */
@Injectable()
export class OverviewCountsService {
  /** The counts of past days, by their begin, and when they were read by the clock of `performance.now`. */
  private readonly pastDays = new Map<number, { readonly counts: readonly BucketCount[]; readonly readAt: number }>();

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
   * Reads day by day, because statements for a whole month would take longer than they may where there
   * are many members. A past day is kept for a while.
   */
  private async countDays({ fromSeconds, amount }: Buckets): Promise<BucketCount[]> {
    const now = performance.now();
    for (const [begin, { readAt }] of this.pastDays)
      if (begin < fromSeconds || readAt + KEPT_MS < now) this.pastDays.delete(begin);
    const counts: BucketCount[] = [];
    for (let day = 0; day < amount; day += 1) {
      const begin = fromSeconds + day * DAY;
      const kept = this.pastDays.get(begin)?.counts;
      const ofDay = kept ?? (await this.read({ fromSeconds: begin, seconds: DAY, amount: 1 }));
      if (!kept && day < amount - DAYS_OF_CHANGE) this.pastDays.set(begin, { counts: ofDay, readAt: now });
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
