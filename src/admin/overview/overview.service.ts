import { Injectable } from '@nestjs/common';
import { DeliveryListsRepository } from '../../security/events/deliveries/delivery-lists.repository.js';
import { WebhooksRepository } from '../../security/events/webhooks/webhooks.repository.js';
import { OutboxBacklogRepository } from '../../mail/outbox/outbox-backlog.repository.js';
import { bucketsUntil } from '../../platform/database/buckets.js';
import { Clock } from '../../platform/database/clock.js';
import type { Backlog } from '../../platform/outbox/backlog.js';
import { OverviewCountsService, type Series } from './overview-counts.service.js';

export const PERIODS = ['hour', 'day', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** The parts of each period, and how long a counted overview is kept: longer for a month, which reads many rows. */
const SHAPES: Readonly<Record<Period, { seconds: number; amount: number; keptMs: number }>> = {
  hour: { seconds: 60, amount: 60, keptMs: 5_000 },
  day: { seconds: 3600, amount: 24, keptMs: 30_000 },
  month: { seconds: 86_400, amount: 30, keptMs: 60_000 },
};

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
 * Shows administrators what goes on, over all servers (AC-05). Counts rows of the database, because the
 * metrics of a process cover only that process.
 */
@Injectable()
export class OverviewService {
  private readonly kept = new Map<Period, { untilMs: number; overview: Promise<Overview> }>();

  constructor(
    private readonly clock: Clock,
    private readonly counts: OverviewCountsService,
    private readonly mails: OutboxBacklogRepository,
    private readonly deliveries: DeliveryListsRepository,
    private readonly webhooks: WebhooksRepository,
  ) {}

  /** Reads the tables for a period at most once in `keptMs` on each server, however many administrators look. */
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
    const [series, mails, deliveries, failingWebhooks] = await Promise.all([
      this.counts.count(buckets),
      this.mails.measure(),
      this.deliveries.measure(),
      this.webhooks.countFailing(),
    ]);
    const from = new Date(buckets.fromSeconds * 1000);
    return { period, from, bucketSeconds: seconds, series, queues: { mails, deliveries }, failingWebhooks };
  }
}
