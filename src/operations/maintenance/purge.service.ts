import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';

const EVERY_MS = 10 * 60 * 1000;
/** Rows removed by one statement: small enough to hold no lock for long. */
const BATCH = 1000;
/** Of one table in one round: a million rows, more than expire in ten minutes with a hundred million members. */
const MAX_BATCHES = 1000;

/** Rows that are over, and how long they are kept after that so that people still get a fitting answer. */
interface ExpiredRows {
  readonly table: string;
  /** What is over once it lies before `before`; there is an index on it. */
  readonly by: string;
  readonly before: string;
  /** What has to be true besides. */
  readonly and?: string;
}

const EXPIRED: readonly ExpiredRows[] = [
  { table: 'sign_ups', by: 'expires_at', before: ago('1 day') },
  { table: 'proof_requests', by: 'greatest(code_expires_at, link_expires_at)', before: ago('7 days') },
  { table: 'reset_grants', by: 'expires_at', before: ago('1 day') },
  { table: 'devices', by: 'last_seen_at', before: ago('400 days') },
  { table: 'mfa_challenges', by: 'expires_at', before: ago('1 day') },
  { table: 'passkey_challenges', by: 'expires_at', before: 'now()' },
  { table: 'sessions', by: 'absolute_expires_at', before: ago('1 day') },
  { table: 'risk_notices', by: 'noticed_at', before: ago('366 days') },
  // The old address is kept for undoing the change, and no longer than somebody may ask why the link is late.
  { table: 'email_changes', by: 'undo_until', before: ago('7 days') },
  { table: 'revocations', by: 'expires_at', before: 'now()' },
  { table: 'outbox_messages', by: 'created_at', before: ago('30 days'), and: `status <> 'pending'` },
  { table: 'rate_limits', by: 'expire', before: '(extract(epoch FROM now()) * 1000)::bigint' },
  {
    table: 'login_failures',
    by: 'updated_at',
    before: ago('30 days'),
    and: `blocked_until IS DISTINCT FROM 'infinity'`,
  },
];

function ago(interval: string): string {
  return `now() - interval '${interval}'`;
}

/**
 * The statement that removes some of the rows, those that are over for longest, and none that somebody holds. By where they
 * lie, so that its cost is that of the rows it removes, however many there are.
 */
function removalOf({ table, by, before, and }: ExpiredRows): string {
  const condition = [`${by} < ${before}`, ...(and === undefined ? [] : [and])].join(' AND ');
  // The condition twice: the same place in another partition is another row, and a row may have moved since it was found.
  return `DELETE FROM ${table} WHERE ${condition} AND ctid = ANY (ARRAY(
    SELECT ctid FROM ${table} WHERE ${condition} ORDER BY ${by} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED))`;
}

/** Removes rows whose time is over, a little at a time. Several replicas may do it side by side. */
@Injectable()
export class PurgeService {
  private readonly logger = new Logger(PurgeService.name);
  private readonly expired: readonly ExpiredRows[];
  private isAtIt = false;

  constructor(
    private readonly database: Database,
    { env }: AppConfig,
  ) {
    const olderThan = (seconds: number): string => ago(`${seconds} seconds`);
    this.expired = [
      ...EXPIRED,
      { table: 'known_networks', by: 'last_seen_at', before: olderThan(env.RISK_HISTORY_SECONDS) },
      { table: 'security_events', by: 'at', before: olderThan(env.SECURITY_EVENT_RETENTION_SECONDS) },
      // Once its link has expired by itself, nobody need remember that it was used.
      { table: 'not_me_reports', by: 'reported_at', before: olderThan(env.NOT_ME_TTL_SECONDS) },
    ];
  }

  @Interval(EVERY_MS)
  async purge(): Promise<void> {
    // A round that takes longer than the time to the next one is that one, too.
    if (this.isAtIt) return;
    this.isAtIt = true;
    await this.eraseDeadMail();
    for (const rows of this.expired) await this.remove(rows);
    this.isAtIt = false;
  }

  private async remove(rows: ExpiredRows): Promise<void> {
    const statement = removalOf(rows);
    try {
      for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
        const { count } = await this.database.queryAfresh(statement);
        if (count < BATCH) break;
      }
    } catch (error) {
      // The next round tries again; nothing depends on it meanwhile.
      this.logger.warn(`could not purge ${rows.table}: ${(error as Error).message}`);
    }
  }

  /** What an undeliverable mail carried goes when it has expired, or after a week in which nobody sent it again. */
  private async eraseDeadMail(): Promise<void> {
    await this.database
      .queryAfresh(
        `UPDATE outbox_messages SET payload = NULL
         WHERE status = 'dead' AND payload IS NOT NULL AND coalesce(expires_at, finished_at + interval '7 days') < now()`,
      )
      .catch((error: unknown) => this.logger.warn(`could not erase dead mail: ${(error as Error).message}`));
  }
}
