import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/database/clock.js';
import { Database } from '../../platform/database/database.js';
import { Notifications } from '../../platform/database/notifications.js';
import { REVOCATION_CHANNEL } from './revocations.repository.js';

const IS_ENDED = {
  name: 'session-is-ended',
  text: `SELECT NOT EXISTS (
    SELECT FROM sessions s JOIN members m ON m.id = s.member_id
    WHERE s.id = $1 AND s.ended_at IS NULL AND m.status = 'active') AS ended`,
};

const PRUNE_EVERY = 1000;

/**
 * Holds the revoked sessions in memory, so that checking an access token needs no query. Every
 * server receives a revocation within milliseconds. While the feed is interrupted the database is
 * queried instead, so that no revoked token passes (fail closed).
 */
@Injectable()
export class RevocationFeed implements OnModuleInit {
  /** Session id to the second (since 1970) after which all its access tokens have expired. */
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

  /** Whether this process receives every revocation. If not, it queries the database. */
  get isLive(): boolean {
    return this.notifications.isLive;
  }

  /** Seconds since the feed was last known to be complete; infinite until it first was. */
  get lagSeconds(): number {
    return this.notifications.silenceSeconds;
  }

  get size(): number {
    return this.revoked.size;
  }

  /**
   * Whether access tokens of this session must be refused. Returns a promise only while the feed is
   * interrupted.
   */
  isRevoked(sessionId: string): boolean | Promise<boolean> {
    return this.notifications.isLive ? this.revoked.has(sessionId) : this.isEnded(sessionId);
  }

  /**
   * Adds a revocation. The server that revokes calls this itself, because its next request may
   * arrive before its own notification.
   */
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

  private async isEnded(sessionId: string): Promise<boolean> {
    const { rows } = await this.database.prepared<{ ended: boolean }>(IS_ENDED, [sessionId]);
    return rows[0]!.ended;
  }
}
