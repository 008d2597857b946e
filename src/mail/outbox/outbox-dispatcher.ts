import { setTimeout as delay } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { isDatabaseClosed, isDatabaseUnavailable } from '../../platform/database/database-errors.js';
import { Notifications } from '../../platform/database/notifications.js';
import { MailDelivery, type Outcome } from '../delivery/mail-delivery.js';
import { OUTBOX_CHANNEL, OutboxRepository, type ClaimedMessage } from './outbox.repository.js';
import { SmtpCircuitBreaker } from '../delivery/smtp-circuit-breaker.js';
import { Backoff } from '../delivery/smtp-failure.js';

/** How often due mails are looked for without being told: retries, and leases of processes that died. */
const POLL_MS = 2000;
/** Told to stop, mails being sent get this long to come to an end; then they are cut off and left to another process. */
const PATIENCE_MS = 8000;
/** Between attempts to note an outcome while the database is away. */
const NOTE_AGAIN_MS = 250;

/**
 * Sends what stands in the outbox: claims, has it delivered, notes the outcome. Holds no database connection while it talks
 * to the mail server. Several dispatchers may run side by side.
 */
@Injectable()
export class OutboxDispatcher
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  private readonly logger = new Logger(OutboxDispatcher.name);
  private readonly inFlight = new Set<Promise<void>>();
  /** Those of them that failed before. */
  private retriesInFlight = 0;
  private readonly pause = new SmtpCircuitBreaker(new Backoff(0.5, 5));
  /** Ends each attempt under way. */
  private readonly cuts = new Set<AbortController>();
  private isCutOff = false;
  private readonly leaseMs: number;
  private timer: NodeJS.Timeout | undefined;
  private pauseTimer: NodeJS.Timeout | undefined;
  private claiming: Promise<void> | undefined;
  /** Set when told of new mail while looking: look once more. */
  private again = false;
  private stopped = false;

  constructor(
    private readonly config: AppConfig,
    private readonly outbox: OutboxRepository,
    private readonly delivery: MailDelivery,
    private readonly notifications: Notifications,
  ) {
    this.leaseMs = config.env.OUTBOX_LEASE_SECONDS * 1000;
  }

  onModuleInit(): void {
    if (!this.config.env.WORKER_ENABLED) return;
    this.notifications.subscribe({
      channel: OUTBOX_CHANNEL,
      onMessage: () => this.wake(),
      onConnected: async () => this.wake(),
    });
  }

  onApplicationBootstrap(): void {
    if (!this.config.env.WORKER_ENABLED) return;
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }

  /** Claims nothing more. */
  onModuleDestroy(): void {
    this.stopped = true;
    clearInterval(this.timer);
    clearTimeout(this.pauseTimer);
  }

  /** Waits a while for what is being sent, while there still is a database to note it in. */
  async beforeApplicationShutdown(): Promise<void> {
    const impatience = setTimeout(() => this.cutOffAll(), PATIENCE_MS);
    await this.claiming;
    await Promise.all(this.inFlight);
    clearTimeout(impatience);
  }

  private cutOffAll(): void {
    this.isCutOff = true;
    for (const cut of this.cuts) cut.abort();
  }

  /** Looks for due mail soon. Cheap; may be called as often as there is reason to. */
  wake(): void {
    if (this.stopped) return;
    if (this.claiming) {
      this.again = true;
      return;
    }
    this.claiming = this.claimAll()
      .catch((error: unknown) => this.logger.warn(`could not look for mail: ${(error as Error).message}`))
      .finally(() => {
        this.claiming = undefined;
        if (this.again) this.wake();
      });
  }

  private async claimAll(): Promise<void> {
    this.again = false;
    if (this.pause.remainingMs > 0) return this.outbox.dropExpired();
    // While it is not known whether the server is back, one mail finds out.
    const places = this.pause.isDoubtful ? 1 : this.config.env.OUTBOX_CONCURRENCY;
    const free = places - this.inFlight.size;
    // When all are busy, the one that ends first wakes us.
    if (free <= 0 || this.stopped) return;
    // One place is kept from mails that failed before, so that slow failures never hold up all the others (FT-04).
    const retryLimit = Math.min(free, Math.max(1, places - 1) - this.retriesInFlight);
    const claimedAt = performance.now();
    const messages = await this.outbox.claim(free, retryLimit, this.config.env.OUTBOX_LEASE_SECONDS);
    for (const message of messages) this.begin(message, claimedAt);
  }

  private begin(message: ClaimedMessage, claimedAt: number): void {
    const retries = message.attempts > 1 ? 1 : 0;
    this.retriesInFlight += retries;
    const handling = this.handle(message, claimedAt)
      .catch((error: unknown) => this.logger.warn(`outbox ${message.id}: ${(error as Error).message}`))
      .finally(() => {
        this.inFlight.delete(handling);
        this.retriesInFlight -= retries;
        this.wake();
      });
    this.inFlight.add(handling);
  }

  private async handle(message: ClaimedMessage, claimedAt: number): Promise<void> {
    const leaseEndsAt = claimedAt + this.leaseMs;
    // Over well before the lease is, however slowly the server drips: else another process would send the same mail meanwhile.
    const cut = new AbortController();
    const deadline = setTimeout(() => cut.abort(), (this.leaseMs * 3) / 4 - (performance.now() - claimedAt));
    this.cuts.add(cut);
    const outcome = await this.delivery.attempt(message, cut.signal).finally(() => {
      clearTimeout(deadline);
      this.cuts.delete(cut);
    });
    this.heed(outcome);
    await this.note(message, outcome, leaseEndsAt);
  }

  /** Draws conclusions for the other mails. */
  private heed(outcome: Outcome): void {
    if (outcome.server === 'works') this.pause.worked();
    if (outcome.server !== 'fails') return;
    this.pause.failed();
    if (this.stopped) return;
    clearTimeout(this.pauseTimer);
    this.pauseTimer = setTimeout(() => this.wake(), this.pause.remainingMs);
  }

  /** Keeps trying while the database is away, or does not let us in: a mail that is gone but not noted would be sent a second time. */
  private async note(message: ClaimedMessage, outcome: Outcome, leaseEndsAt: number): Promise<void> {
    for (;;) {
      try {
        if (outcome.kind === 'postponed') {
          const seconds = this.isCutOff ? 0 : outcome.seconds;
          return await this.outbox.postpone(message, seconds, outcome.reason);
        }
        return await this.outbox.finish(message, outcome.kind, outcome.kind === 'sent' ? null : outcome.reason);
      } catch (error) {
        const isHopeless = performance.now() > leaseEndsAt || this.isCutOff;
        if (isHopeless || !(isDatabaseUnavailable(error) || isDatabaseClosed(error))) throw error;
        await delay(NOTE_AGAIN_MS);
      }
    }
  }
}
