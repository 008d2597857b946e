import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Notifications } from '../../platform/database/notifications.js';
import { API_KEYS_CHANNEL, ApiKeysRepository, type LiveApiKey } from './api-keys.repository.js';

const MAX_KEYS = 1000;
/** After this time a key is read again, in case the message about its change was lost. */
const MAX_AGE_MS = 5000;

/**
 * Keeps API keys in memory for seconds, so that a call costs no query. A notification of PostgreSQL
 * carries a revocation or rotation to every server within milliseconds. While notifications are
 * interrupted, each call reads the database (AK-01).
 */
@Injectable()
export class ApiKeyCache implements OnModuleInit {
  private readonly keys = new LRUCache<string, LiveApiKey>({ max: MAX_KEYS, ttl: MAX_AGE_MS });
  private readonly listeners: ((id: string | null) => void)[] = [];
  private changes = 0;

  constructor(
    private readonly notifications: Notifications,
    private readonly repository: ApiKeysRepository,
  ) {}

  onModuleInit(): void {
    this.notifications.subscribe({
      channel: API_KEYS_CHANNEL,
      onMessage: (id) => this.drop(id),
      // Messages sent while there was no connection are lost, so any key may have changed.
      onConnected: async () => this.drop(null),
    });
  }

  /** Calls the listener when a key has changed: with its id, or with null when any key may have changed. */
  onChange(listener: (id: string | null) => void): void {
    this.listeners.push(listener);
  }

  /** The key if it is in memory. It may lack a secret that a rotation has just added. */
  findKept(id: string): LiveApiKey | undefined {
    return this.notifications.isLive ? this.keys.get(id) : undefined;
  }

  /**
   * Reads the key from the database and keeps it. The caller checks whether it has expired.
   * @returns null for an unknown or revoked key
   */
  async read(id: string): Promise<LiveApiKey | null> {
    const changes = this.changes;
    const key = await this.repository.findLive(id);
    // A change that arrived during the query may be newer than its result.
    if (key && this.changes === changes) this.keys.set(id, key);
    return key;
  }

  private drop(id: string | null): void {
    this.changes += 1;
    if (id === null) this.keys.clear();
    else this.keys.delete(id);
    for (const listener of this.listeners) listener(id);
  }
}
