import type { Backoff } from './backoff.js';

/**
 * Identifies one lease of one row: `attempts` distinguishes it from later leases, and `queuedAt` from
 * those after a retry by an operator, which counts the attempts from 1 again.
 */
export interface Lease {
  readonly id: string;
  readonly attempts: number;
  /** When the row was written or last retried by an operator: microseconds since 1970 as text. */
  readonly queuedAt: string;
}

/** A row whose lease this process holds. */
export interface ClaimedRow extends Lease {
  /** The row has waited for so long that a failure is its last, except that of the first attempt. */
  readonly isOverdue: boolean;
}

/** What becomes of a row after one attempt to send it. */
export type RowOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'dropped' | 'dead'; readonly reason: string }
  | { readonly kind: 'postponed'; readonly reason: string; readonly seconds: number };

/** The result of one attempt. */
export type Outcome = RowOutcome & {
  /** What the attempt showed about the server; undefined where none was contacted. */
  readonly server?: 'works' | 'fails';
};

/**
 * Results as the metrics count them. `unreachable`: the server failed, and would have failed for
 * any row.
 */
export const ATTEMPT_RESULTS = ['sent', 'postponed', 'dead', 'dropped', 'unreachable'] as const;
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];

/**
 * Postpones a row after a failure, or gives it up if it is overdue. The first attempt ends no row:
 * while no process sent rows for days, each of them became overdue.
 */
export function postponed(row: ClaimedRow, reason: string, backoff: Backoff): RowOutcome {
  if (row.isOverdue && row.attempts > 1) return { kind: 'dead', reason };
  return { kind: 'postponed', reason, seconds: backoff.after(row.attempts) };
}

/**
 * Counts the attempts of this process. First attempts are counted separately, because automatic
 * retries of a row do not add to them.
 */
export class AttemptCounts {
  readonly first = noAttempts();
  readonly later = noAttempts();

  record({ attempts }: Lease, outcome: Outcome): void {
    const counts = attempts === 1 ? this.first : this.later;
    counts[outcome.server === 'fails' ? 'unreachable' : outcome.kind] += 1;
  }
}

function noAttempts(): Record<AttemptResult, number> {
  return { sent: 0, postponed: 0, dead: 0, dropped: 0, unreachable: 0 };
}
