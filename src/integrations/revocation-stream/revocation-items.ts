import type { LearnedRevocation } from '../../sessions/revocation/revocation-feed.js';

/** A revocation as listeners receive it. */
export interface RevocationItem {
  readonly cursor: string;
  readonly kind: 'session' | 'member';
  readonly id: string;
  readonly before: string;
  readonly until: string;
}

/**
 * A resumed stream repeats this many seconds, so that it has no gap: replicas learn of a revocation
 * within a second of each other, and their clocks follow that of the database. A repeated revocation
 * does no harm.
 */
export const RESUME_OVERLAP_SECONDS = 10;

/**
 * The position of an item is the second in which the server learned of it. The second of the
 * revocation would not do: its transaction may commit after a listener has passed that position.
 */
export function revocationItemOf(sessionId: string, { before, until, learnedAt }: LearnedRevocation): RevocationItem {
  return {
    cursor: String(learnedAt),
    kind: 'session',
    id: sessionId,
    before: isoTime(before),
    until: isoTime(until),
  };
}

/** One message of an event stream (HTML Living Standard, section 9.2.5). */
export function messageOf(event: string, data: object, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
