import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from './clock.js';
import { AppConfig } from '../config/app-config.js';
import { DatabaseClient } from './database-client.js';

const HEARTBEAT_MS = 300;
/** Past this without a sign of life the connection counts as lost, though the socket may not know it yet. */
const SILENCE_MS = 1000;
/** A statement or a connection attempt that takes longer has failed. */
const GIVE_UP_MS = 3000;
const MAX_RECONNECT_MS = 1000;

interface Subscription {
  readonly channel: string;
  onMessage(payload: string): void;
  /** After every (re)connection, since messages sent meanwhile are lost: read whatever they would have told. */
  onConnected(query: (text: string) => Promise<{ rows: unknown[] }>): Promise<void>;
}

/**
 * Listens to PostgreSQL notifications on one connection of its own and says whether it can be relied on at the moment.
 * Its heartbeat also measures how far this process's clock is from the database's.
 */
@Injectable()
export class Notifications implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Notifications.name);
  private readonly subscriptions: Subscription[] = [];
  private readonly stopping = new AbortController();
  private client: DatabaseClient | undefined;
  private lastHeardMs = Number.NEGATIVE_INFINITY;
  private running: Promise<void> | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** While modules initialise, before listening begins. */
  subscribe(subscription: Subscription): void {
    this.subscriptions.push(subscription);
  }

  /** Resolves once listening has been tried; keeps listening, reconnecting as often as needed, until shutdown. */
  async onApplicationBootstrap(): Promise<void> {
    // No reason not to start: until it succeeds, whoever relies on the messages asks the database.
    await this.connect().catch((error: unknown) => this.logger.warn(`not listening yet: ${(error as Error).message}`));
    this.running = this.keepListening();
  }

  /** Whether every message sent until now has been heard, or will be within the heartbeat. */
  get isLive(): boolean {
    return performance.now() - this.lastHeardMs < SILENCE_MS;
  }

  /** Since the last sign of life; infinite until there was one. */
  get silenceSeconds(): number {
    return (performance.now() - this.lastHeardMs) / 1000;
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.disconnect();
  }

  private async keepListening(): Promise<void> {
    const signal = this.stopping.signal;
    let pauseMs = 0;
    while (!signal.aborted) {
      try {
        if (!this.client) await this.connect();
        await this.heartbeat();
        pauseMs = HEARTBEAT_MS;
      } catch (error) {
        await this.disconnect();
        // At once the first time, then slower, so that a database coming up is not hammered.
        pauseMs = pauseMs === HEARTBEAT_MS ? 50 : Math.min(pauseMs * 2 || 50, MAX_RECONNECT_MS);
        this.logger.warn(`notifications interrupted: ${(error as Error).message}`);
      }
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async connect(): Promise<void> {
    const client = new DatabaseClient({
      connectionString: this.config.directDatabaseUrl,
      connectionTimeoutMillis: GIVE_UP_MS,
      query_timeout: GIVE_UP_MS,
      keepAlive: true,
      application_name: 'munjigi-listen',
    });
    client.on('notification', ({ channel, payload }) => {
      for (const subscription of this.subscriptions)
        if (subscription.channel === channel) subscription.onMessage(payload ?? '');
    });
    // Without a listener a lost connection would end the process.
    client.on('error', () => this.lose(client));
    client.on('end', () => this.lose(client));
    await client.connect();
    this.client = client;
    try {
      // LISTEN first, then read: whatever commits in between is heard, read or both, but never missed.
      for (const { channel } of this.subscriptions) await client.query(`LISTEN ${channel}`);
      for (const subscription of this.subscriptions) await subscription.onConnected((text) => client.query(text));
      await this.heartbeat();
    } catch (error) {
      // Half set up it would look alive and hear nothing.
      await this.disconnect();
      throw error;
    }
  }

  private async heartbeat(): Promise<void> {
    if (!this.client) throw new Error('connection lost');
    const askedMs = Date.now();
    const { rows } = await this.client.query<{ ms: number; read_only: boolean }>(
      `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms, current_setting('transaction_read_only') = 'on' AS read_only`,
    );
    const { ms, read_only: isReadOnly } = rows[0]!;
    // A former primary that lives on after a failover: revocations happen elsewhere now, and it would never tell of one (FT-06).
    if (isReadOnly) throw new Error('the server has become read-only');
    this.clock.synchronise(ms, askedMs, Date.now());
    this.lastHeardMs = performance.now();
  }

  private lose(client: DatabaseClient): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.lastHeardMs = Number.NEGATIVE_INFINITY;
  }

  private async disconnect(): Promise<void> {
    const client = this.client;
    if (!client) return;
    this.lose(client);
    await client.end().catch(() => undefined);
  }
}
