import type { ServerResponse } from 'node:http';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/database/clock.js';
import type { ApiKeyPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ApiKeyCache } from '../../security/api-keys/api-key-cache.js';
import { ApiKeyVerificationService } from '../../security/api-keys/api-key-verification.service.js';
import { RevocationFeed } from '../../sessions/revocation/revocation-feed.js';
import { isoTime, messageOf, revocationItemOf } from './revocation-items.js';
import { RevocationSnapshots } from './revocation-snapshots.js';
import { StreamListener } from './stream-listener.js';

const HEARTBEAT_MS = 5000;
const MAX_LISTENERS = 2000;
const RETRY_SECONDS = 5;
/** Keeps proxies from closing a silent connection. Clients of event streams ignore comments. */
const COMMENT = Buffer.from(':\n\n');

/**
 * Sends each revocation to all listeners of this server. A listener costs no query: everything comes
 * from the feed that this server reads anyway, and one chunk is encoded for all (RS-23).
 */
@Injectable()
export class RevocationBroadcastService implements OnModuleInit, OnModuleDestroy {
  private readonly listeners = new Set<StreamListener>();
  private pending: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isInterrupted = false;
  private isStopping = false;

  constructor(
    private readonly feed: RevocationFeed,
    private readonly snapshots: RevocationSnapshots,
    private readonly clock: Clock,
    private readonly keyCache: ApiKeyCache,
    private readonly keys: ApiKeyVerificationService,
  ) {}

  onModuleInit(): void {
    this.feed.onRevoked((sessionId, session) => {
      if (this.listeners.size === 0) return;
      const item = revocationItemOf(sessionId, session);
      // One chunk for all revocations of this turn of the event loop.
      if (this.pending.push(messageOf('revocation', item)) === 1) setImmediate(() => this.flush());
    });
    this.keyCache.onChange((id) => void this.endRevoked(id));
  }

  onModuleDestroy(): void {
    this.isStopping = true;
    clearInterval(this.timer);
    for (const listener of this.listeners) this.end(listener);
  }

  /** Connected listeners. */
  get size(): number {
    return this.listeners.size;
  }

  /** @throws DomainError `service_unavailable` where this server may miss revocations (RS-21) */
  async checkUpToDate(): Promise<void> {
    if (!(await this.feed.confirmLive()))
      throw new DomainError('service_unavailable', { retryAfter: RETRY_SECONDS, detail: 'the feed is interrupted' });
  }

  /** @throws DomainError `service_unavailable` while stopping, and when no further listener is allowed */
  checkRoom(): void {
    if (this.isStopping || this.listeners.size >= MAX_LISTENERS)
      throw new DomainError('service_unavailable', { retryAfter: RETRY_SECONDS, detail: 'no room for listeners' });
  }

  /**
   * Sends the revocations in force. From then on, sends each revocation, and a heartbeat every five
   * seconds. The first heartbeat marks the end of those in force. Headers must have been written.
   *
   * Does nothing if the client has hung up while its key was checked: its `close` has been emitted
   * already, so its listener would never be removed.
   * @param after the listener's position in seconds since 1970: only what this server has learned since
   * shortly before it is sent; without one, all in force
   */
  open(response: ServerResponse, principal: ApiKeyPrincipal, after?: number): void {
    if (response.destroyed) return;
    const first = [...this.snapshots.encode(after), this.heartbeat()];
    const listener = new StreamListener(response, principal, first);
    this.listeners.add(listener);
    this.timer ??= setInterval(() => this.beat(), HEARTBEAT_MS).unref();
    response.once('close', () => this.remove(listener));
    // The key may have ended since it was checked. As long as it is kept in memory, this is no query.
    void this.endDead([listener]);
  }

  /** Removes it at once: `close` comes later, and not at all for a connection that is gone. */
  private end(listener: StreamListener): void {
    listener.end();
    this.remove(listener);
  }

  private remove(listener: StreamListener): void {
    this.listeners.delete(listener);
    if (this.listeners.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.isInterrupted = false; // the next listener has to hear of an interruption itself
  }

  private flush(): void {
    const chunk = Buffer.from(this.pending.join(''));
    this.pending = [];
    for (const listener of this.listeners) listener.send(chunk);
  }

  /**
   * Heartbeats stop while this server may miss revocations, so that a listener which only watches
   * for heartbeats fails closed as well. One message gives the reason (RS-21).
   */
  private beat(): void {
    const now = this.clock.now();
    const wasInterrupted = this.isInterrupted;
    this.isInterrupted = !this.feed.isLive;
    const isNew = this.isInterrupted && !wasInterrupted;
    const notice = isNew ? Buffer.from(messageOf('interrupted', { serverTime: isoTime(now) })) : COMMENT;
    const chunk = this.isInterrupted ? notice : this.heartbeat();
    for (const listener of this.listeners) {
      const { expiresAt } = listener.principal;
      if (expiresAt !== null && expiresAt <= now) this.end(listener);
      else listener.beat(chunk);
    }
  }

  /**
   * Its event id is a position: a listener that has received it has every revocation before it. A
   * message of a revocation has none. After a restart, a server learns of old revocations in any order,
   * so a listener that resumed from one of them at another server could miss others (RS-21).
   */
  private heartbeat(): Buffer {
    const now = this.clock.now();
    return Buffer.from(messageOf('heartbeat', { serverTime: isoTime(now) }, String(Math.floor(now))));
  }

  /** Ends the streams of a key whose secret no longer works; with null, looks at every key (RS-22). */
  private async endRevoked(changedId: string | null): Promise<void> {
    await this.endDead(
      [...this.listeners].filter(({ principal }) => changedId === null || principal.apiKeyId === changedId),
    );
  }

  private async endDead(listeners: readonly StreamListener[]): Promise<void> {
    const verdicts = new Map<string, Promise<boolean>>();
    for (const listener of listeners) {
      const { principal } = listener;
      const secret = `${principal.apiKeyId} ${principal.secretDigest.toString('hex')}`;
      // Fails closed: without an answer the stream ends, and the listener has to prove its key again.
      const verdict = verdicts.get(secret) ?? this.keys.isLive(principal).catch(() => false);
      verdicts.set(secret, verdict);
      if (!(await verdict)) this.end(listener);
    }
  }
}
