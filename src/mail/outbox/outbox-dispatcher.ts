import { setTimeout as delay } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { isDatabaseClosed, isDatabaseUnavailable, reasonOf } from '../../platform/database/database-errors.js';
import { RepeatedFailure } from '../../platform/logging/repeated-failure.js';
import { Notifications } from '../../platform/database/notifications.js';
import { Backoff } from '../delivery/backoff.js';
import { MailDelivery, type Outcome } from '../delivery/mail-delivery.js';
import { SmtpCircuitBreaker } from '../delivery/smtp-circuit-breaker.js';
import { OUTBOX_CHANNEL, OutboxRepository, type ClaimedMessage } from './outbox.repository.js';

/**
 * How often to look for due mails that no notification announces: retries, and mails of processes
 * that died.
 */
const POLL_MS = 2000;
/** At shutdown, mails in flight get this long; then they are aborted and left to another process. */
const DRAIN_MS = 8000;
/** The pause between attempts to record an outcome while the database is unavailable. */
const RECORD_RETRY_MS = 250;

/**
 * Sends the mails of the outbox: claims due messages, has them delivered, records each outcome.
 * Holds no database connection while it talks to the mail server. Several dispatchers may run in parallel.
 */
@Injectable()
export class OutboxDispatcher implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(OutboxDispatcher.name);
  private readonly claimFailure = new RepeatedFailure('claiming mails failed', (line) => this.logger.warn(line));
  private readonly breaker = new SmtpCircuitBreaker(new Backoff(0.5, 5));
  private readonly leaseMs: number;
  private readonly inFlight = new Set<Promise<void>>();
  /** How many of the mails in flight have failed before. */
  private retriesInFlight = 0;
  /** One per attempt in progress. */
  private readonly abortControllers = new Set<AbortController>();
  private claiming: Promise<void> | undefined;
  /** A wake-up arrived during a claim: claim once more after it. */
  private isWakeRequested = false;
  private isStopped = false;
  private isAborted = false;
  private pollTimer: NodeJS.Timeout | undefined;
  private breakerTimer: NodeJS.Timeout | undefined;

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
    this.pollTimer = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }

  /**
   * Stops claiming and waits for the mails in flight. At this point the connections to the database
   * and the mail server are still open: MailerService closes the latter in the same hook, but Nest
   * destroys its module later.
   */
  async onModuleDestroy(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.pollTimer);
    clearTimeout(this.breakerTimer);
    const drainTimer = setTimeout(() => this.abortAll(), DRAIN_MS);
    await this.claiming;
    await Promise.all(this.inFlight);
    clearTimeout(drainTimer);
  }

  private abortAll(): void {
    this.isAborted = true;
    for (const controller of this.abortControllers) controller.abort();
  }

  /** Starts a claim, or requests one after the claim in progress. */
  private wake(): void {
    if (this.isStopped) return;
    if (this.claiming) {
      this.isWakeRequested = true;
      return;
    }
    this.claiming = this.claimDue()
      .then(() => this.claimFailure.clear())
      .catch((error: unknown) => this.claimFailure.record(reasonOf(error)))
      .finally(() => {
        this.claiming = undefined;
        if (this.isWakeRequested) this.wake();
      });
  }

  private async claimDue(): Promise<void> {
    this.isWakeRequested = false;
    if (this.breaker.remainingMs > 0) return this.outbox.dropExpired();
    const slots = this.breaker.isHalfOpen ? 1 : this.config.env.OUTBOX_CONCURRENCY;
    const free = slots - this.inFlight.size;
    // While all slots are taken, the first mail to finish wakes the dispatcher.
    if (free <= 0 || this.isStopped) return;
    // One slot is kept for first attempts, so that slow failures never hold up all other mails (FT-04).
    const retryLimit = Math.min(free, Math.max(1, slots - 1) - this.retriesInFlight);
    const claimedAt = performance.now();
    const messages = await this.outbox.claim(free, retryLimit, this.config.env.OUTBOX_LEASE_SECONDS);
    for (const message of messages) this.startSending(message, claimedAt);
  }

  private startSending(message: ClaimedMessage, claimedAt: number): void {
    const retries = message.attempts > 1 ? 1 : 0;
    this.retriesInFlight += retries;
    const sending = this.send(message, claimedAt)
      .catch((error: unknown) => this.logger.warn(`outbox ${message.id}: ${(error as Error).message}`))
      .finally(() => {
        this.inFlight.delete(sending);
        this.retriesInFlight -= retries;
        this.wake();
      });
    this.inFlight.add(sending);
  }

  private async send(message: ClaimedMessage, claimedAt: number): Promise<void> {
    const controller = new AbortController();
    // Aborted well before the lease ends, however slowly the server responds. Otherwise another
    // process could claim the message and send it a second time.
    const abortAfterMs = (this.leaseMs * 3) / 4 - (performance.now() - claimedAt);
    const deadline = setTimeout(() => controller.abort(), abortAfterMs);
    this.abortControllers.add(controller);
    let outcome: Outcome;
    try {
      outcome = await this.delivery.attempt(message, controller.signal);
    } finally {
      clearTimeout(deadline);
      this.abortControllers.delete(controller);
    }
    this.updateBreaker(outcome);
    await this.recordOutcome(message, outcome, claimedAt + this.leaseMs);
  }

  private updateBreaker(outcome: Outcome): void {
    if (outcome.server === 'works') this.breaker.close();
    if (outcome.server !== 'fails') return;
    this.breaker.trip();
    if (this.isStopped) return;
    clearTimeout(this.breakerTimer);
    this.breakerTimer = setTimeout(() => this.wake(), this.breaker.remainingMs);
  }

  /** Retries until the lease ends while the database is unavailable: a sent mail without a record would be sent twice. */
  private async recordOutcome(message: ClaimedMessage, outcome: Outcome, leaseEndsAt: number): Promise<void> {
    for (;;) {
      try {
        if (outcome.kind === 'postponed') {
          const seconds = this.isAborted ? 0 : outcome.seconds;
          return await this.outbox.postpone(message, seconds, outcome.reason);
        }
        return await this.outbox.finish(message, outcome.kind, outcome.kind === 'sent' ? null : outcome.reason);
      } catch (error) {
        const isTooLate = performance.now() > leaseEndsAt || this.isAborted;
        if (isTooLate || !(isDatabaseUnavailable(error) || isDatabaseClosed(error))) throw error;
        await delay(RECORD_RETRY_MS);
      }
    }
  }
}
