import { Injectable } from '@nestjs/common';
import { DeliveryListsRepository } from '../../events/deliveries/delivery-lists.repository.js';
import { WebhooksRepository } from '../../events/webhooks/webhooks.repository.js';
import { MailCountsRepository } from '../../mail/outbox/mail-counts.repository.js';
import { OutboxBacklogRepository } from '../../mail/outbox/outbox-backlog.repository.js';
import { bucketsUntil, seriesOf, type BucketCount } from '../../platform/database/buckets.js';
import { Clock } from '../../platform/database/clock.js';
import type { Backlog } from '../../platform/outbox/backlog.js';
import { EventCountsRepository } from '../../security/audit-log/event-counts.repository.js';
import type { SecurityEventType } from '../../security/audit-log/security-events.js';
import {
  RefreshCountsRepository,
  type RefreshOutcome,
} from '../../sessions/refresh-counts/refresh-counts.repository.js';
import type { OutboxStatus } from '../../mail/outbox/outbox-message.entity.js';

export const PERIODS = ['hour', 'day', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** The parts of each period, and how long an answer is kept: a month is many rows. */
const SHAPES: Readonly<Record<Period, { seconds: number; amount: number; keptMs: number }>> = {
  hour: { seconds: 60, amount: 60, keptMs: 5_000 },
  day: { seconds: 3600, amount: 24, keptMs: 30_000 },
  month: { seconds: 86_400, amount: 30, keptMs: 120_000 },
};

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
export const SERIES = [EVENTS, REFRESHES, MAILS].flatMap((names) => Object.keys(names)) as SeriesName[];

/** How often something happened, part by part of the period. */
export interface Series {
  readonly name: SeriesName;
  readonly counts: readonly number[];
}

export interface Overview {
  readonly period: Period;
  readonly from: Date;
  readonly bucketSeconds: number;
  readonly series: readonly Series[];
  readonly queues: { readonly mails: Backlog; readonly deliveries: Backlog };
  /** Webhooks that fail now, or were switched off because they did. */
  readonly failingWebhooks: number;
}

/**
 * Shows administrators what goes on, over all servers (AC-05): counted from the audit log, the outbox
 * and the counts of refreshes, and not from the metrics of one process.
 */
@Injectable()
export class OverviewService {
  private readonly kept = new Map<Period, { untilMs: number; overview: Promise<Overview> }>();

  constructor(
    private readonly clock: Clock,
    private readonly events: EventCountsRepository,
    private readonly refreshes: RefreshCountsRepository,
    private readonly mails: MailCountsRepository,
    private readonly mailBacklog: OutboxBacklogRepository,
    private readonly deliveries: DeliveryListsRepository,
    private readonly webhooks: WebhooksRepository,
  ) {}

  /** However many administrators look, the tables are read once in some seconds. */
  async get(period: Period): Promise<Overview> {
    const kept = this.kept.get(period);
    if (kept && performance.now() < kept.untilMs) return kept.overview;
    const overview = this.measure(period);
    this.kept.set(period, { untilMs: performance.now() + SHAPES[period].keptMs, overview });
    overview.catch(() => this.kept.delete(period));
    return overview;
  }

  private async measure(period: Period): Promise<Overview> {
    const { seconds, amount } = SHAPES[period];
    const buckets = bucketsUntil(this.clock.now(), seconds, amount);
    const [events, refreshes, mails, mailBacklog, deliveries, failingWebhooks] = await Promise.all([
      this.events.count(Object.values(EVENTS), buckets),
      this.refreshes.count(buckets),
      this.mails.count(buckets),
      this.mailBacklog.measure(),
      this.deliveries.measure(),
      this.webhooks.countFailing(),
    ]);
    const all = (names: Record<string, string>, counts: readonly BucketCount[]): Series[] =>
      Object.entries(names).map(([name, counted]) => ({
        name: name as SeriesName,
        counts: seriesOf(buckets, counts, counted),
      }));
    return {
      period,
      from: new Date(buckets.fromSeconds * 1000),
      bucketSeconds: seconds,
      series: [...all(EVENTS, events), ...all(REFRESHES, refreshes), ...all(MAILS, mails)],
      queues: { mails: mailBacklog, deliveries },
      failingWebhooks,
    };
  }
}
