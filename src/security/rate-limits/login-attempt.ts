import type { QueueSlot } from '../../platform/concurrency/keyed-queue.js';
import type { Tx } from '../../platform/database/sql.js';
import type { LoginFailuresRepository } from './login-failures.repository.js';

/** A digest with each secret, the current one first. */
export type Digests = [Buffer, ...Buffer[]];

/**
 * An attempt with one password or code that is about to be compared. It is already counted as a
 * failure, so that parallel guesses cannot pass the limit. It holds the queue of its subject until
 * {@link finish}, {@link release} or {@link cancel}; call one of them in a `finally`.
 */
export class LoginAttempt {
  private isOver = false;

  constructor(
    private readonly failures: number | null,
    /** The failure at which the first wait begins. */
    private readonly firstWaitAt: number,
    private readonly keys: Digests,
    private readonly repository: LoginFailuresRepository,
    private readonly slot: QueueSlot,
  ) {}

  /**
   * Whether the subject has to wait. Such an attempt is not counted, and nothing may be compared.
   */
  get isBlocked(): boolean {
    return this.failures === null;
  }

  /** Failures in a row before this attempt. */
  get failuresBefore(): number {
    return this.failures === null ? 0 : this.failures - 1;
  }

  /** Whether {@link decide} or {@link finish} was called, or what {@link finishWithin} wrote is committed. */
  get isDecided(): boolean {
    return this.isOver;
  }

  /**
   * Decides how the attempt counts, once. A match clears the failures of the subject; a blocked
   * attempt changes nothing. The next attempt waits until {@link release}.
   * @returns whether this failure makes the subject wait for the first time
   */
  async decide(matches: boolean): Promise<boolean> {
    if (this.isOver) return false;
    this.isOver = true;
    if (matches && !this.isBlocked) await this.repository.delete(this.keys);
    return !matches && this.failures === this.firstWaitAt;
  }

  /**
   * Takes the attempt back, once: it counts neither as a failure nor as a match. The next attempt waits until
   * {@link release}.
   */
  async refund(): Promise<void> {
    const wasOver = this.isOver;
    this.isOver = true;
    if (wasOver || this.failures === null) return;
    // A failed refund is ignored, so that the caller sees the error that ended the attempt.
    await this.repository.refund(this.keys[0], this.failures).catch(() => undefined);
  }

  /** Lets the next attempt begin. */
  release(): void {
    this.slot.release();
  }

  /** Does {@link decide} and {@link release}, and returns what `decide` returns. */
  async finish(matches: boolean): Promise<boolean> {
    try {
      return await this.decide(matches);
    } finally {
      this.release();
    }
  }

  /**
   * Does what {@link finish} does after a match, but in the commit of the login. If the login is
   * rolled back, the attempt stays counted; call `decide` or `finish` then.
   */
  async finishWithin(tx: Tx): Promise<void> {
    if (this.isOver) return;
    await this.repository.deleteWithin(tx, this.keys);
    tx.afterCommit(() => {
      this.isOver = true;
      this.release();
    });
  }

  /**
   * Ends an attempt in which nothing was compared, and refunds it. An attempt that is already
   * decided is only released.
   */
  async cancel(): Promise<void> {
    await this.refund();
    this.release();
  }
}
