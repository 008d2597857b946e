import type { Lease } from '../../../platform/outbox/attempts.js';
import type { OutboxQueue } from '../../../platform/outbox/outbox-queue.js';
import type { ClaimedDelivery, EventDeliveriesRepository } from './event-deliveries.repository.js';

/** In a backlog, a claim begins with the oldest event again after this time. */
const REWIND_MS = 2000;
/** To read fewer index entries than this costs next to nothing. */
const MANY = 200;
const OLDEST = '0';

/**
 * The deliveries of one webhook. In a backlog, a claim begins where the last one ended. PostgreSQL
 * keeps the index entries of sent deliveries until a vacuum, which waits for a backup or another
 * long transaction; from the oldest event on, each claim would read them all.
 *
 * A claim passes over a delivery whose member has to wait, or whose event commits late. Such a
 * delivery is found after two seconds, or when the backlog ends.
 */
export class WebhookQueue implements OutboxQueue<ClaimedDelivery> {
  readonly isOrdered = true;
  /** Event id where the next claim begins. */
  private from = OLDEST;
  private claimedSinceRewind = 0;
  private rewindAt = 0;

  constructor(
    private readonly webhookId: string,
    private readonly deliveries: EventDeliveriesRepository,
    private readonly now: () => number = () => performance.now(),
  ) {}

  async claim(limit: number, retryLimit: number, leaseSeconds: number, isProbe: boolean): Promise<ClaimedDelivery[]> {
    if (isProbe) return this.deliveries.claimProbe(this.webhookId, leaseSeconds);
    if (this.now() >= this.rewindAt) this.rewind();
    const isFromOldest = this.from === OLDEST;
    const claimed = await this.claimOnward(limit, retryLimit, leaseSeconds);
    if (claimed.length === limit) return claimed;
    this.rewind();
    return isFromOldest ? claimed : [...claimed, ...(await this.claimOnward(limit - claimed.length, 0, leaseSeconds))];
  }

  finish(lease: Lease, kind: 'sent' | 'dead' | 'dropped', reason: string | null): Promise<void> {
    return this.deliveries.finish(lease, kind, reason);
  }

  postpone(lease: Lease, seconds: number, reason: string): Promise<void> {
    return this.deliveries.postpone(lease, seconds, reason);
  }

  private async claimOnward(limit: number, retryLimit: number, leaseSeconds: number): Promise<ClaimedDelivery[]> {
    const claimed = await this.deliveries.claim(this.webhookId, this.from, limit, retryLimit, leaseSeconds);
    this.claimedSinceRewind += claimed.length;
    if (this.claimedSinceRewind < MANY) return claimed;
    const fresh = claimed.filter(({ attempts }) => attempts === 1).map(({ event }) => BigInt(event.id));
    this.from = fresh.reduce((last, id) => (id > last ? id : last), BigInt(this.from)).toString();
    return claimed;
  }

  private rewind(): void {
    this.from = OLDEST;
    this.claimedSinceRewind = 0;
    this.rewindAt = this.now() + REWIND_MS;
  }
}
