import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { isDatabaseClosed, isDatabaseUnavailable, reasonOf } from '../database/database-errors.js';
import { RepeatedFailure } from '../logging/repeated-failure.js';
import type { ClaimedRow, Outcome } from './attempts.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { OutboxDelivery, OutboxQueue, OutboxSettings } from './outbox-queue.js';
import { SendingWidth } from './sending-width.js';

/**
 * How often to look for due rows that no notification announces: retries, and rows of processes
 * that died.
 */
const POLL_MS = 2000;
/** At shutdown, rows in flight get this long; then they are aborted and left to another process. */
const DRAIN_MS = 8000;
/**
 * A row without an answer after this time no longer holds up the next one. So a slow receiver gets
 * several rows at once.
 */
const PATIENCE_MS = 1000;
/** The pause between attempts to record an outcome while the database is unavailable. */
const RECORD_RETRY_MS = 250;

interface Sending<Row> {
  /** With its newest lease. */
  row: Row;
  end: Promise<void>;
}

/**
 * Sends the rows of one outbox: claims due ones, has them delivered, records each outcome. Holds no
 * database connection while it talks to a server. Several dispatchers may run in parallel.
 */
export class OutboxDispatcher<Row extends ClaimedRow> {
  private readonly logger = new Logger(OutboxDispatcher.name);
  private readonly claimFailure: RepeatedFailure;
  private readonly leaseMs: number;
  private readonly width: SendingWidth;
  /** Rows that are being sent, by id, each until its outcome is recorded. */
  private readonly inFlight = new Map<string, Sending<Row>>();
  /** How many of the rows in flight have waited for an answer for longer than {@link PATIENCE_MS}. */
  private slowInFlight = 0;
  /** How many of the rows in flight have failed before. */
  private retriesInFlight = 0;
  /** One per attempt in progress. */
  private readonly abortControllers = new Set<AbortController>();
  private claiming: Promise<void> | undefined;
  /** A wake-up arrived during a claim or the pause after it: claim once more. */
  private isWakeRequested = false;
  /** Whether rows may be due that no wake-up announces. */
  private mayHaveMore = false;
  private isStopped = false;
  private isAborted = false;
  private pollTimer: NodeJS.Timeout | undefined;
  private breakerTimer: NodeJS.Timeout | undefined;
  private spacingTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: OutboxSettings,
    private readonly queue: OutboxQueue<Row>,
    private readonly delivery: OutboxDelivery<Row>,
    private readonly breaker: CircuitBreaker,
  ) {
    this.leaseMs = settings.leaseSeconds * 1000;
    this.width = new SendingWidth(settings.width);
    this.claimFailure = new RepeatedFailure(`claiming ${settings.rows} failed`, (line) => this.logger.warn(line));
  }

  /** Begins to claim. Due rows are then looked for at each {@link wake} and every two seconds. */
  start(): void {
    this.pollTimer = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }

  /** Stops claiming and waits for the rows in flight; aborts those that take too long. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.pollTimer);
    clearTimeout(this.breakerTimer);
    clearTimeout(this.spacingTimer);
    const drainTimer = setTimeout(() => this.abortAll(), DRAIN_MS);
    await this.claiming;
    await Promise.all([...this.inFlight.values()].map(({ end }) => end));
    clearTimeout(drainTimer);
  }

  private abortAll(): void {
    this.isAborted = true;
    for (const controller of this.abortControllers) controller.abort();
  }

  /** Starts a claim. During a claim, and during the pause after it, requests one for later. */
  wake(): void {
    if (this.isStopped) return;
    if (this.claiming || this.spacingTimer) {
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
    this.mayHaveMore = true;
    if (this.breaker.remainingMs > 0) return this.queue.dropExpired?.();
    const isProbe = this.breaker.isHalfOpen;
    const slots = isProbe ? 1 : this.settings.width.max;
    const free = isProbe ? slots - this.inFlight.size : this.freeSlots;
    // While all slots are taken, the first row to finish wakes the dispatcher.
    if (free <= 0 || this.isStopped) return;
    // One slot is kept for first attempts, so that slow failures never hold up all other rows (FT-04).
    const retryLimit = Math.min(free, Math.max(1, slots - 1) - this.retriesInFlight);
    const claimedAt = performance.now();
    const rows = await this.queue.claim(free, retryLimit, this.settings.leaseSeconds, isProbe);
    if (isProbe) this.width.reset();
    else this.width.noteClaim(free, rows.length);
    const retries = rows.filter(({ attempts }) => attempts > 1).length;
    this.mayHaveMore = isProbe || rows.length >= free || retries >= retryLimit || this.queue.isOrdered === true;
    for (const row of rows) {
      const sending = this.inFlight.get(row.id);
      // The row's lease ended before its outcome was recorded. Record it under the new lease; do not send the row again.
      if (sending) sending.row = row;
      else this.startSending(row, claimedAt);
    }
    const { spacingMs = 0 } = this.settings;
    if (spacingMs > 0 && rows.length > 0 && !this.mayHaveMore) this.pauseClaims(spacingMs);
  }

  /** Collects wake-ups for this long, and then answers them by one claim. */
  private pauseClaims(ms: number): void {
    this.spacingTimer = setTimeout(() => {
      this.spacingTimer = undefined;
      if (this.isWakeRequested) this.wake();
    }, ms);
  }

  /** Whether a row that becomes due now is sent at once. */
  get hasRoom(): boolean {
    return !this.isStopped && this.breaker.remainingMs === 0 && this.freeSlots > 0;
  }

  private get freeSlots(): number {
    // A row with an answer counts until its outcome is recorded, even if it was slow.
    const atOnce = this.width.now - (this.inFlight.size - this.slowInFlight);
    return Math.min(atOnce, this.settings.width.max - this.inFlight.size);
  }

  private startSending(row: Row, claimedAt: number): void {
    const retries = row.attempts > 1 ? 1 : 0;
    this.retriesInFlight += retries;
    const sending: Sending<Row> = { row, end: Promise.resolve() };
    this.inFlight.set(row.id, sending);
    sending.end = this.send(sending, claimedAt)
      .catch((error: unknown) => this.logger.warn(`${this.settings.rows} ${row.id}: ${(error as Error).message}`))
      .finally(() => {
        this.inFlight.delete(row.id);
        this.retriesInFlight -= retries;
        if (this.mayHaveMore) this.wake();
      });
  }

  private async send(sending: Sending<Row>, claimedAt: number): Promise<void> {
    const controller = new AbortController();
    // The attempt is aborted well before the lease ends, however slowly the server responds.
    // Otherwise another process could claim the row and send it a second time.
    const abortAfterMs = (this.leaseMs * 3) / 4 - (performance.now() - claimedAt);
    const deadline = setTimeout(() => controller.abort(), abortAfterMs);
    this.abortControllers.add(controller);
    const endPatience = this.startPatience();
    let outcome: Outcome;
    try {
      outcome = await this.delivery.attempt(sending.row, controller.signal);
    } finally {
      endPatience();
      clearTimeout(deadline);
      this.abortControllers.delete(controller);
    }
    // An attempt that the stop of this process aborts is no failure of the row, so it ends no overdue row.
    if (outcome.kind === 'dead' && this.isAborted && controller.signal.aborted)
      outcome = { ...outcome, kind: 'postponed', seconds: 0 };
    this.updateBreaker(outcome);
    await this.recordOutcome(sending, outcome, claimedAt + this.leaseMs);
  }

  /**
   * Counts a row as slow after {@link PATIENCE_MS}.
   * @returns a function to call when the server has answered
   */
  private startPatience(): () => void {
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      this.slowInFlight += 1;
      this.wake();
    }, PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      if (isSlow) this.slowInFlight -= 1;
    };
  }

  private updateBreaker(outcome: Outcome): void {
    if (outcome.server === 'works') this.breaker.close();
    if (outcome.server !== 'fails') return;
    this.breaker.trip();
    if (this.isStopped) return;
    clearTimeout(this.breakerTimer);
    this.breakerTimer = setTimeout(() => this.wake(), this.breaker.remainingMs);
  }

  /**
   * Retries while the database is unavailable, because a sent row without a record would be sent twice.
   * After the end of the lease, only `sent` is retried; after an abort at shutdown, nothing is.
   */
  private async recordOutcome(sending: Sending<Row>, outcome: Outcome, leaseEndsAt: number): Promise<void> {
    for (;;) {
      const { row } = sending;
      try {
        if (outcome.kind === 'postponed') {
          const seconds = this.isAborted ? 0 : outcome.seconds;
          return await this.queue.postpone(row, seconds, outcome.reason);
        }
        return await this.queue.finish(row, outcome.kind, outcome.kind === 'sent' ? null : outcome.reason);
      } catch (error) {
        const isTooLate = this.isAborted || (outcome.kind !== 'sent' && performance.now() > leaseEndsAt);
        if (isTooLate || !(isDatabaseUnavailable(error) || isDatabaseClosed(error))) throw error;
        await delay(RECORD_RETRY_MS);
      }
    }
  }
}
