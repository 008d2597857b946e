import type { RevokedSession } from '../../sessions/revocation/revocation-feed.js';

/** A revocation as listeners receive it. */
export interface RevocationItem {
  readonly cursor: string;
  readonly kind: 'session' | 'member';
  readonly id: string;
  readonly before: string;
  readonly until: string;
}

/**
 * Revocations become visible when their transaction commits, which may be this long after the time
 * that they carry. A resumed stream repeats so much, so that it has no gap; to refuse a session
 * twice is to refuse it once.
 */
export const RESUME_OVERLAP_SECONDS = 60;

/** A stream item carries the second of its revocation as its position, so that every replica knows it. */
export function revocationItemOf(sessionId: string, { before, until }: RevokedSession): RevocationItem {
  return {
    cursor: String(before),
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
