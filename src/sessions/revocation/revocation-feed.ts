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

const READ_ALL = `SELECT session_id AS id, floor(extract(epoch FROM expires_at))::int AS until, ceil(extract(epoch FROM revoked_at))::int AS before
  FROM revocations WHERE expires_at > now()`;

const PRUNE_EVERY = 1000;

/** A revoked session. Both times are whole seconds since 1970. */
export interface RevokedSession {
  /** Access tokens that were issued before this moment must be refused. */
  readonly before: number;
  /** From this moment on, all those access tokens have expired. */
  readonly until: number;
}

/** A revoked session that this server has learned about. */
export interface LearnedRevocation extends RevokedSession {
  /**
   * When this server received it, in whole seconds since 1970. It may be long after `before`, because
   * a revocation becomes visible with the commit of its transaction.
   */
  readonly learnedAt: number;
}

/**
 * Holds the revoked sessions in memory, so that checking an access token needs no query. Every
 * server receives a revocation within milliseconds. While the feed is not live, the database is
 * queried instead, so that no revoked token passes (fail closed).
 */
@Injectable()
export class RevocationFeed implements OnModuleInit {
  /** By session id. */
  private readonly revoked = new Map<string, LearnedRevocation>();
  private readonly listeners: ((sessionId: string, session: LearnedRevocation) => void)[] = [];
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
        const [sessionId, until, before] = payload.split(' ');
        // A server of version 1 sends no `before`. It has just ended the session, so the present time is used.
        this.add(sessionId!, { until: Number(until), before: Number(before ?? Math.ceil(this.clock.now())) });
      },
      onConnected: async (query) => {
        const { rows } = await query(READ_ALL);
        for (const { id, until, before } of rows as (RevokedSession & { id: string })[])
          this.add(id, { until, before });
      },
    });
  }

  /**
   * Whether the connection was found working within the last second, so that the memory is complete.
   * Usually false at the first request after an idle time. The database is queried then.
   */
  get isLive(): boolean {
    return this.notifications.isLive;
  }

  /** For metrics: like {@link isLive}, but true also in an idle process whose connection works. */
  get isConnected(): boolean {
    return this.notifications.isConnected;
  }

  /** Like {@link isLive}, but tests the connection first if the last test is too old, as after an idle time. */
  confirmLive(): Promise<boolean> {
    return this.notifications.confirmLive();
  }

  /** Seconds since the feed was last known to be complete, also while there is no connection; infinite before the first. */
  get lagSeconds(): number {
    return this.notifications.silenceSeconds;
  }

  get size(): number {
    return this.revoked.size;
  }

  /** All revoked sessions by their ids. Some may be past their `until`. */
  entries(): IterableIterator<[string, LearnedRevocation]> {
    return this.revoked.entries();
  }

  /** Calls the listener once for each revocation that this server learns from now on, older ones too. */
  onRevoked(listener: (sessionId: string, session: LearnedRevocation) => void): void {
    this.listeners.push(listener);
  }

  /**
   * Whether access tokens of this session must be refused. Returns a promise only while the feed is
   * not live, because it then queries the database.
   */
  isRevoked(sessionId: string): boolean | Promise<boolean> {
    return this.notifications.isLive ? this.revoked.has(sessionId) : this.isEnded(sessionId);
  }

  /**
   * Adds a revocation. The server that revokes calls this itself, because its next request may
   * arrive before its own notification.
   */
  add(sessionId: string, { before, until }: RevokedSession): void {
    const known = this.revoked.get(sessionId);
    const session = { before, until, learnedAt: known?.learnedAt ?? this.clock.nowSeconds() };
    this.revoked.set(sessionId, session);
    if (known) return;
    for (const listener of this.listeners) listener(sessionId, session);
    this.addedSincePrune += 1;
    if (this.addedSincePrune >= PRUNE_EVERY) this.prune();
  }

  private prune(): void {
    const now = this.clock.nowSeconds();
    for (const [sessionId, { until }] of this.revoked) if (until < now) this.revoked.delete(sessionId);
    this.addedSincePrune = 0;
  }

  private async isEnded(sessionId: string): Promise<boolean> {
    const { rows } = await this.database.prepared<{ ended: boolean }>(IS_ENDED, [sessionId]);
    return rows[0]!.ended;
  }
}
