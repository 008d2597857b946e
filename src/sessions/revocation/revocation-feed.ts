import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/database/clock.js';
import { Database } from '../../platform/database/database.js';
import { Notifications } from '../../platform/database/notifications.js';
import { REVOCATION_CHANNEL } from './revocations.repository.js';

const IS_OVER = {
  name: 'session-is-over',
  text: `SELECT NOT EXISTS (
    SELECT FROM sessions s JOIN members m ON m.id = s.member_id
    WHERE s.id = $1 AND s.ended_at IS NULL AND m.status = 'active') AS over`,
};

const PRUNE_EVERY = 1000;

/**
 * Knows the revoked sessions, so that checking an access token touches no database. Replicas hear of a revocation within
 * milliseconds; while the feed is interrupted the database is asked instead, so that nothing revoked passes (it fails closed).
 */
@Injectable()
export class RevocationFeed implements OnModuleInit {
  /** Session id to the second after which none of its access tokens can be alive. */
  private readonly revoked = new Map<string, number>();
  private addedSincePrune = 0;

  constructor(
    private readonly notifications: Notifications,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.notifications.subscribe({
      channel: REVOCATION_CHANNEL,
      onMessage: (payload) => {
        const [sessionId, until] = payload.split(' ');
        this.add(sessionId!, Number(until));
      },
      onConnected: async (query) => {
        const { rows } = await query(
          'SELECT session_id, extract(epoch FROM expires_at)::float8 AS until FROM revocations WHERE expires_at > now()',
        );
        for (const row of rows as { session_id: string; until: number }[]) this.add(row.session_id, row.until);
      },
    });
  }

  /** Whether this process hears of every revocation; otherwise it asks the database. */
  get isLive(): boolean {
    return this.notifications.isLive;
  }

  /** Since the feed was last known to be whole; infinite until it first was. */
  get lagSeconds(): number {
    return this.notifications.silenceSeconds;
  }

  get size(): number {
    return this.revoked.size;
  }

  /** Whether access tokens of this session must be refused. A promise only while the feed is interrupted. */
  isRevoked(sessionId: string): boolean | Promise<boolean> {
    return this.notifications.isLive ? this.revoked.has(sessionId) : this.isOver(sessionId);
  }

  /** For the replica that revokes: its next request may come before its own notification does. */
  add(sessionId: string, untilSeconds: number): void {
    this.revoked.set(sessionId, untilSeconds);
    this.addedSincePrune += 1;
    if (this.addedSincePrune >= PRUNE_EVERY) this.prune();
  }

  private prune(): void {
    const now = this.clock.nowSeconds();
    for (const [sessionId, until] of this.revoked) if (until < now) this.revoked.delete(sessionId);
    this.addedSincePrune = 0;
  }

  private async isOver(sessionId: string): Promise<boolean> {
    const { rows } = await this.database.prepared<{ over: boolean }>(IS_OVER, [sessionId]);
    return rows[0]!.over;
  }
}
