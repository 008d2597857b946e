import { Injectable, type OnModuleInit } from '@nestjs/common';
import { collectDefaultMetrics, Gauge } from 'prom-client';
import { Database } from '../../platform/database/database.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { RevocationFeed } from '../../sessions/revocation/revocation-feed.js';
import { MetricsRegistry } from './metrics-registry.js';

/** What this process knows of itself, read at the moment somebody asks. */
@Injectable()
export class ProcessMetricsService implements OnModuleInit {
  constructor(
    private readonly metrics: MetricsRegistry,
    private readonly database: Database,
    private readonly passwords: PasswordsService,
    private readonly feed: RevocationFeed,
  ) {}

  onModuleInit(): void {
    const { pool } = this.database;
    collectDefaultMetrics({ register: this.metrics.registry });
    this.gauge('munjigi_password_hashes_running', 'Password hashes being computed', () => this.passwords.load.running);
    this.gauge('munjigi_password_hashes_waiting', 'Password hashes waiting', () => this.passwords.load.waiting);
    this.gauge('munjigi_database_connections', 'Connections of the pool', () => pool.totalCount);
    this.gauge('munjigi_database_connections_idle', 'Connections that nobody uses', () => pool.idleCount);
    this.gauge('munjigi_database_waiting', 'Work waiting for a connection', () => pool.waitingCount);
    this.gauge('munjigi_revoked_sessions', 'Sessions this process knows to be revoked', () => this.feed.size);
    this.gauge('munjigi_revocation_feed_live', '0 while the database is asked instead', () => +this.feed.isLive);
    this.gauge(
      'munjigi_revocation_feed_lag_seconds',
      'Since the feed was last known to be whole; -1 if it never was',
      () => (Number.isFinite(this.feed.lagSeconds) ? this.feed.lagSeconds : -1),
    );
  }

  private gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.metrics.registry],
      collect() {
        this.set(read());
      },
    });
  }
}
