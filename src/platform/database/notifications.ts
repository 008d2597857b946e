import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from './clock.js';
import { AppConfig } from '../config/app-config.js';
import { RepeatedFailure } from '../logging/repeated-failure.js';
import { DatabaseClient } from './database-client.js';
import { reasonOf } from './database-errors.js';
import { HeartbeatPace } from './heartbeat-pace.js';
import { sessionSettings } from './session-settings.js';

/** One replica without requests makes 0.25 statements a second in place of 3.3. */
const HEARTBEAT = { busyMs: 300, idleMs: 4000, idleAfterMs: 30_000 };
/**
 * After this long without an answer, the connection counts as lost, even if the socket is still
 * open.
 */
const SILENCE_MS = 1000;
/** A statement or connection attempt that takes longer fails. */
const TIMEOUT_MS = 3000;
const MAX_RECONNECT_MS = 1000;

interface Subscription {
  readonly channel: string;
  onMessage(payload: string): void;
  /**
   * Runs after each connect. Messages sent while there was no connection are lost, so read the
   * state that they would have changed.
   */
  onConnected(query: (text: string) => Promise<{ rows: unknown[] }>): Promise<void>;
}

/**
 * Listens to PostgreSQL notifications on a separate connection and knows whether that connection
 * works. Its heartbeat also measures the offset between this process's clock and the database's.
 */
@Injectable()
export class Notifications implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Notifications.name);
  private readonly failure = new RepeatedFailure('database notifications interrupted', (line) =>
    this.logger.warn(line),
  );
  private readonly subscriptions: Subscription[] = [];
  private readonly stopping = new AbortController();
  /** The connection, once it listens to every channel and all subscribers have read their state. */
  private client: DatabaseClient | undefined;
  private readonly pace = new HeartbeatPace(HEARTBEAT);
  /** Kept after a loss of the connection, to measure the silence. */
  private lastHeartbeatMs = Number.NEGATIVE_INFINITY;
  private running: Promise<void> | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Call it while modules initialise, before listening starts. */
  subscribe(subscription: Subscription): void {
    this.subscriptions.push(subscription);
  }

  /**
   * Resolves after the first attempt to listen. Keeps listening and reconnecting until shutdown.
   */
  async onApplicationBootstrap(): Promise<void> {
    // A failure does not prevent the start: subscribers query the database until listening works.
    await this.connect().catch((error: unknown) => this.failure.record(reasonOf(error)));
    this.running = this.keepListening();
  }

  /**
   * Whether the last heartbeat is so recent that a lost connection stays unnoticed for {@link SILENCE_MS}
   * at most. Usually false at the first request after an idle time. Each read makes the heartbeat fast.
   */
  get isLive(): boolean {
    this.pace.need();
    return this.isHeardWithin(SILENCE_MS);
  }

  /** Like {@link isLive}, but makes a heartbeat first if the last one is too old, as after an idle time. */
  async confirmLive(): Promise<boolean> {
    if (this.isLive) return true;
    await this.heartbeat().catch(() => undefined);
    return this.isLive;
  }

  /** Whether the heartbeats arrive on time. For metrics: unlike {@link isLive}, it does not make them fast. */
  get isConnected(): boolean {
    return this.isHeardWithin(this.pace.pauseMs + SILENCE_MS - HEARTBEAT.busyMs);
  }

  /** Seconds since the last heartbeat, also while there is no connection; infinite before the first. */
  get silenceSeconds(): number {
    return (performance.now() - this.lastHeartbeatMs) / 1000;
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.disconnect();
  }

  private async keepListening(): Promise<void> {
    const signal = this.stopping.signal;
    let reconnectMs = 0;
    while (!signal.aborted) {
      try {
        if (!this.client) await this.connect();
        await this.heartbeat();
        this.failure.clear();
        reconnectMs = 0;
        await this.pace.pause(signal);
      } catch (error) {
        await this.disconnect();
        // Reconnect quickly at first, then more slowly, to spare a database that is starting.
        reconnectMs = Math.min(reconnectMs * 2 || 50, MAX_RECONNECT_MS);
        this.failure.record(reasonOf(error));
        await delay(reconnectMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async connect(): Promise<void> {
    const client = new DatabaseClient({
      connectionString: this.config.directDatabaseUrl,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      keepAlive: true,
      application_name: 'munjigi-listen',
      session: sessionSettings({ timeoutMs: TIMEOUT_MS }),
    });
    client.on('notification', ({ channel, payload }) => {
      for (const subscription of this.subscriptions)
        if (subscription.channel === channel) subscription.onMessage(payload ?? '');
    });
    // Without a listener a lost connection would end the process.
    client.on('error', () => this.lose(client));
    client.on('end', () => this.lose(client));
    await client.connect();
    try {
      // The clock comes first, because subscribers record by it when a message arrived.
      await this.synchroniseClock(client);
      // LISTEN before reading: a commit in between is received, read or both, but never missed.
      for (const { channel } of this.subscriptions) await client.query(`LISTEN ${channel}`);
      for (const subscription of this.subscriptions) await subscription.onConnected((text) => client.query(text));
      await this.synchroniseClock(client); // fails if the connection was lost since
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    // Not earlier: a connection that does not listen to every channel, or whose subscribers have not
    // read yet what they missed, would look alive but lack messages.
    this.client = client;
    this.lastHeartbeatMs = performance.now();
  }

  private isHeardWithin(ms: number): boolean {
    return this.client !== undefined && performance.now() - this.lastHeartbeatMs < ms;
  }

  private async heartbeat(): Promise<void> {
    const { client } = this;
    if (!client) throw new Error('connection lost');
    await this.synchroniseClock(client);
    // The answer came over a connection that has been lost since. It does not show that a new one works.
    if (this.client !== client) throw new Error('connection lost');
    this.lastHeartbeatMs = performance.now();
  }

  /** Measures the database's time; also shows that the connection works and may write. */
  private async synchroniseClock(client: DatabaseClient): Promise<void> {
    const sentMs = Date.now();
    const { rows } = await client.query<{ ms: number; read_only: boolean }>(
      `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms, current_setting('transaction_read_only') = 'on' AS read_only`,
    );
    const { ms, read_only: isReadOnly } = rows[0]!;
    // A former primary after a failover: revocations now commit elsewhere and would not arrive here
    // (FT-06).
    if (isReadOnly) throw new Error('the server has become read-only');
    this.clock.synchronise(ms, sentMs, Date.now());
  }

  private lose(client: DatabaseClient): void {
    if (this.client !== client) return;
    this.client = undefined;
    // Ends a long pause, so that `keepListening` connects again even while no request needs it.
    this.pace.need();
  }

  private async disconnect(): Promise<void> {
    const client = this.client;
    if (!client) return;
    this.lose(client);
    await client.end().catch(() => undefined);
  }
}
