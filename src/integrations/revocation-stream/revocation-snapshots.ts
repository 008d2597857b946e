import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../platform/database/clock.js';
import { RevocationFeed } from '../../sessions/revocation/revocation-feed.js';
import { messageOf, RESUME_OVERLAP_SECONDS, revocationItemOf, type RevocationItem } from './revocation-items.js';

/** After a restart of a proxy, all listeners come back at once and with few different positions. */
const MAX_KEPT = 8;
const KEPT_MS = 1000;

interface Snapshot {
  readonly encoded: Buffer;
  /** Messages of revocations that came after `encoded`. */
  readonly later: string[];
}

/** Answers which revocations are in force, from memory. */
@Injectable()
export class RevocationSnapshots implements OnModuleInit {
  private readonly kept = new LRUCache<number, Snapshot>({ max: MAX_KEPT, ttl: KEPT_MS });

  constructor(
    private readonly feed: RevocationFeed,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.feed.onRevoked((sessionId, session) => {
      if (this.kept.size === 0) return;
      const item = revocationItemOf(sessionId, session);
      for (const { later } of this.kept.values()) later.push(messageOf('revocation', item));
    });
  }

  /**
   * Lists the revocations in force.
   * @param after the position of the caller in seconds; what was learned shortly before it is repeated
   */
  list(after = 0): RevocationItem[] {
    const now = this.clock.now();
    const since = after - RESUME_OVERLAP_SECONDS;
    const items: RevocationItem[] = [];
    for (const [sessionId, session] of this.feed.entries())
      if (session.until > now && session.learnedAt >= since) items.push(revocationItemOf(sessionId, session));
    return items;
  }

  /** As {@link list}, as messages of a stream. Listeners that come together share the bytes (RS-23). */
  encode(after = 0): Buffer[] {
    let snapshot = this.kept.get(after);
    if (!snapshot) {
      const messages = this.list(after).map((item) => messageOf('revocation', item));
      snapshot = { encoded: Buffer.from(messages.join('')), later: [] };
      this.kept.set(after, snapshot);
    }
    const { encoded, later } = snapshot;
    return later.length === 0 ? [encoded] : [encoded, Buffer.from(later.join(''))];
  }
}
