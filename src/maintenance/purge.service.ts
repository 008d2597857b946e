import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';

const EVERY_MS = 10 * 60 * 1000;
/** Rows removed by one statement: small enough to hold no lock for long. */
const BATCH = 1000;
/** Keeps one round from running into the next. */
const MAX_BATCHES = 200;

interface ExpiredRows {
  readonly table: string;
  /** A column that tells rows apart, or `ctid`, where a row is, for tables whose key has several columns. */
  readonly key: string;
  readonly condition: string;
}

/** What is no longer needed, and how long it is kept after that so that people still get a fitting answer. */
const EXPIRED: readonly ExpiredRows[] = [
  { table: 'sign_ups', key: 'id', condition: `expires_at < now() - interval '1 day'` },
  {
    table: 'proof_requests',
    key: 'id',
    condition: `greatest(code_expires_at, link_expires_at) < now() - interval '7 days'`,
  },
  { table: 'reset_grants', key: 'id', condition: `expires_at < now() - interval '1 day'` },
  { table: 'devices', key: 'id', condition: `last_seen_at < now() - interval '400 days'` },
  { table: 'mfa_challenges', key: 'id', condition: `expires_at < now() - interval '1 day'` },
  { table: 'passkey_challenges', key: 'digest', condition: 'expires_at < now()' },
  { table: 'sessions', key: 'id', condition: `absolute_expires_at < now() - interval '1 day'` },
  { table: 'risk_notices', key: 'ctid', condition: `noticed_at < now() - interval '366 days'` },
  // The old address is kept for undoing the change, and no longer than somebody may ask why the link is late.
  { table: 'email_changes', key: 'id', condition: `undo_until < now() - interval '7 days'` },
  { table: 'revocations', key: 'session_id', condition: `expires_at < now()` },
  { table: 'outbox_messages', key: 'id', condition: `created_at < now() - interval '30 days' AND status <> 'pending'` },
  { table: 'rate_limits', key: 'key', condition: `expire < extract(epoch FROM now()) * 1000` },
  {
    table: 'login_failures',
    key: 'key',
    condition: `updated_at < now() - interval '30 days' AND blocked_until IS DISTINCT FROM 'infinity'`,
  },
];

/** Removes rows whose time is over, a little at a time. Several replicas may do it side by side. */
@Injectable()
export class PurgeService {
  private readonly logger = new Logger(PurgeService.name);

  private readonly expired: readonly ExpiredRows[];

  constructor(
    private readonly database: Database,
    { env }: AppConfig,
  ) {
    const olderThan = (seconds: number): string => `< now() - interval '${seconds} seconds'`;
    this.expired = [
      ...EXPIRED,
      { table: 'known_networks', key: 'ctid', condition: `last_seen_at ${olderThan(env.RISK_HISTORY_SECONDS)}` },
      { table: 'security_events', key: 'id', condition: `at ${olderThan(env.SECURITY_EVENT_RETENTION_SECONDS)}` },
      // Once its link has expired by itself, nobody need remember that it was used.
      { table: 'not_me_reports', key: 'id', condition: `reported_at ${olderThan(env.NOT_ME_TTL_SECONDS)}` },
    ];
  }

  @Interval(EVERY_MS)
  async purge(): Promise<void> {
    await this.eraseDeadMail();
    for (const { table, key, condition } of this.expired) {
      try {
        for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
          const { count } = await this.database.query(
            `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
          );
          if (count < BATCH) break;
        }
      } catch (error) {
        // The next round tries again; nothing depends on it meanwhile.
        this.logger.warn(`could not purge ${table}: ${(error as Error).message}`);
      }
    }
  }

  /** What an undeliverable mail carried goes when it has expired, or after a week in which nobody sent it again. */
  private async eraseDeadMail(): Promise<void> {
    await this.database
      .query(
        `UPDATE outbox_messages SET payload = NULL
         WHERE status = 'dead' AND payload IS NOT NULL AND coalesce(expires_at, finished_at + interval '7 days') < now()`,
      )
      .catch((error: unknown) => this.logger.warn(`could not erase dead mail: ${(error as Error).message}`));
  }
}
