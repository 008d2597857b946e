import type { ClaimedRow, Lease, Outcome } from './attempts.js';
import type { WidthSettings } from './sending-width.js';

/** The rows that one dispatcher sends: a table, or the rows of one receiver in it. */
export interface OutboxQueue<Row extends ClaimedRow> {
  /** Whether rows wait for each other: one that is recorded may make another due. */
  readonly isOrdered?: boolean;
  /**
   * Claims due rows with `FOR UPDATE SKIP LOCKED`. The lease is the next due time: if this process
   * dies, they become due again.
   * @param retryLimit at most this many of them have failed before
   * @param isProbe the server failed before: prefer a row without earlier attempts, so that one bad
   *   row cannot hold up the others
   */
  claim(limit: number, retryLimit: number, leaseSeconds: number, isProbe: boolean): Promise<Row[]>;
  /**
   * Closes a row. After another claim of the row, only `sent` can still count, because the receiver has
   * the row. A queue may refuse that too while the other attempt runs.
   */
  finish(lease: Lease, kind: 'sent' | 'dead' | 'dropped', reason: string | null): Promise<void>;
  /** Releases a row for a retry after `seconds`. Changes nothing if the lease was lost. */
  postpone(lease: Lease, seconds: number, reason: string): Promise<void>;
  /** Called instead of {@link claim} while the server fails and no row is claimed. */
  dropExpired?(): Promise<void>;
}

/** Makes one attempt to send a row. Uses no database connection while it waits for the server. */
export interface OutboxDelivery<Row extends ClaimedRow> {
  /**
   * Must not reject: a failure is an {@link Outcome}.
   * @param signal ends the attempt at any stage
   */
  attempt(row: Row, signal: AbortSignal): Promise<Outcome>;
}

/** What differs between one outbox and another. */
export interface OutboxSettings {
  /** What the rows are, for the log: `mails`. */
  readonly rows: string;
  /** Rows in flight at once. */
  readonly width: WidthSettings;
  readonly leaseSeconds: number;
  /**
   * The pause after a claim that left no due row behind, so that rows of one moment share the next
   * claim. Default: 0.
   */
  readonly spacingMs?: number;
}
