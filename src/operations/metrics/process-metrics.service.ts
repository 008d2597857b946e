import { Injectable, type OnModuleInit } from '@nestjs/common';
import { collectDefaultMetrics, Gauge } from 'prom-client';
import { Database } from '../../platform/database/database.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { RevocationFeed } from '../../sessions/revocation/revocation-feed.js';
import { MetricsRegistry } from './metrics-registry.js';

/** Metrics of this process that are read from memory when Prometheus scrapes them. */
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
    this.gauge('munjigi_database_connections', 'Connections in the pool', () => pool.totalCount);
    this.gauge('munjigi_database_connections_idle', 'Connections not in use', () => pool.idleCount);
    this.gauge(
      'munjigi_database_waiting',
      'Queries and transactions waiting for a connection',
      () => pool.waitingCount,
    );
    this.gauge('munjigi_revoked_sessions', 'Revoked sessions in the memory of this process', () => this.feed.size);
    this.gauge(
      'munjigi_revocation_feed_live',
      '1 while the revocation feed is connected; 0 while the database is queried instead',
      () => +this.feed.isConnected,
    );
    this.gauge(
      'munjigi_revocation_feed_lag_seconds',
      'Seconds since the feed was last complete; -1 if it never was',
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
