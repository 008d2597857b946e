import { PURGE_GRACE_SECONDS } from '../../security/events/log/event-retention.js';
import { accessRecordRetention, IS_ACCESS_RECORD, type AuditLogSettings } from './access-records.js';

/*
 * Which rows the purge deletes, for every table with rows that expire. The statements are here and
 * not in the repositories of the tables, because all tables share one algorithm. One list also shows
 * how long each kind of data is kept, which a privacy policy has to state.
 */

/** Rows deleted by one statement: few enough that no lock is held for long. */
export const PURGE_BATCH_SIZE = 1000;

/** The expired rows of one table. */
export interface ExpiredRows {
  readonly table: string;
  /** An SQL expression with an index. A row has expired if its value is less than `before`. */
  readonly by: string;
  readonly before: string;
  /** A further condition on the rows. */
  readonly and?: string;
}

/** Retention periods that the configuration sets. */
export interface RetentionSettings extends AuditLogSettings {
  readonly RISK_HISTORY_SECONDS: number;
  readonly NOT_ME_TTL_SECONDS: number;
  readonly EVENT_RETENTION_SECONDS: number;
  readonly SIGN_UP_CLAIM_TTL_SECONDS: number;
}

/**
 * Lists the expired rows. Most rows are kept for a while after they expire, so that late requests
 * still get a precise error.
 */
export function expiredRows(settings: RetentionSettings): readonly ExpiredRows[] {
  return [
    { table: 'sign_ups', by: 'expires_at', before: ago('1 day') },
    // Kept as long as an administrator may want to see what became of the invitation. The row of an accepted
    // one is deleted with its member: until then it has the address under which the audit log knows the member.
    { table: 'invitations', by: 'expires_at', before: ago('30 days'), and: 'member_id IS NULL' },
    // Imported accounts whose owners never logged in to prove the address.
    { table: 'imported_claims', by: 'imported_at', before: ago('366 days') },
    { table: 'proof_requests', by: 'greatest(code_expires_at, link_expires_at)', before: ago('7 days') },
    { table: 'reset_grants', by: 'expires_at', before: ago('1 day') },
    { table: 'devices', by: 'last_seen_at', before: ago('400 days') },
    { table: 'mfa_challenges', by: 'expires_at', before: ago('1 day') },
    { table: 'passkey_challenges', by: 'expires_at', before: 'now()' },
    { table: 'social_requests', by: 'expires_at', before: 'now()' },
    { table: 'social_sign_ups', by: 'expires_at', before: 'now()' },
    // Grants of persons who never became members or are no longer members. KEEP_LINKED_GRANTS keeps
    // the grants of members out of this search.
    {
      table: 'provider_grants',
      by: 'obtained_at',
      // A pending sign-up may still claim the account.
      before: secondsAgo(settings.SIGN_UP_CLAIM_TTL_SECONDS + 86_400),
      and: `NOT EXISTS (SELECT FROM identities i WHERE i.provider = provider_grants.provider AND i.subject = provider_grants.subject)`,
    },
    // Pending ones too, which are given up much earlier: without a configured provider no process sends them.
    { table: 'provider_revocations', by: 'created_at', before: ago('30 days') },
    { table: 'sessions', by: 'absolute_expires_at', before: ago('1 day') },
    { table: 'risk_notices', by: 'noticed_at', before: ago('366 days') },
    // The row holds the old address, which is needed only while the change can be undone.
    { table: 'email_changes', by: 'undo_until', before: ago('7 days') },
    { table: 'revocations', by: 'expires_at', before: 'now()' },
    { table: 'refresh_counts', by: 'minute', before: ago('32 days') },
    { table: 'outbox_messages', by: 'created_at', before: ago('30 days'), and: `status <> 'pending'` },
    { table: 'rate_limits', by: 'expire', before: '(extract(epoch FROM now()) * 1000)::bigint' },
    {
      table: 'login_failures',
      by: 'updated_at',
      before: ago('30 days'),
      and: `blocked_until IS DISTINCT FROM 'infinity'`,
    },
    { table: 'known_networks', by: 'last_seen_at', before: secondsAgo(settings.RISK_HISTORY_SECONDS) },
    {
      table: 'security_events',
      by: 'at',
      before: secondsAgo(settings.SECURITY_EVENT_RETENTION_SECONDS),
      and: `NOT ${IS_ACCESS_RECORD}`,
    },
    { table: 'security_events', by: 'at', before: secondsAgo(accessRecordRetention(settings)) },
    // Kept as long as the audit log may have to name the key.
    {
      table: 'api_keys',
      by: 'least(revoked_at, expires_at)',
      before: secondsAgo(accessRecordRetention(settings)),
    },
    // Events are recorded while this table has a row, so consumers whose API key has ended are removed.
    {
      table: 'event_consumers',
      by: 'id',
      before: `'ffffffff-ffff-ffff-ffff-ffffffffffff'`,
      and: `kind = 'api-key' AND NOT EXISTS (SELECT FROM api_keys k WHERE k.id = event_consumers.id
        AND k.revoked_at IS NULL AND coalesce(k.expires_at > now(), true))`,
    },
    // The deliveries of an event are deleted with it. One that waits is tried for three days from when
    // its webhook was enabled, or the delivery sent, again.
    {
      table: 'events',
      by: 'occurred_at',
      before: secondsAgo(settings.EVENT_RETENTION_SECONDS + PURGE_GRACE_SECONDS),
      // `LIMIT 1` makes it a look-up by the index for each event. `NOT EXISTS` could join all deliveries.
      and: `(SELECT true FROM event_deliveries d JOIN webhooks w ON w.id = d.webhook_id
        WHERE d.event_id = events.id AND d.status = 'pending' AND w.enabled LIMIT 1) IS NOT TRUE`,
    },
    // The row only prevents a second use of a link, and the link itself has expired by then.
    { table: 'not_me_reports', by: 'reported_at', before: secondsAgo(settings.NOT_ME_TTL_SECONDS) },
  ];
}

/**
 * Builds the statement that deletes one batch, oldest rows first. It skips rows that another
 * transaction has locked. It addresses rows by their physical place (`ctid`), so that its cost
 * depends on the number of deleted rows and not on the size of the table.
 */
export function deleteBatchStatement({ table, by, before, and }: ExpiredRows): string {
  const condition = [`${by} < ${before}`, ...(and === undefined ? [] : [and])].join(' AND ');
  // The outer condition is needed, too: the same ctid exists in every partition, and an update may
  // have moved another row there since the inner query.
  return `DELETE FROM ${table} WHERE ${condition} AND ctid = ANY (ARRAY(
    SELECT ctid FROM ${table} WHERE ${condition} ORDER BY ${by} LIMIT ${PURGE_BATCH_SIZE} FOR UPDATE SKIP LOCKED))`;
}

/**
 * Erases the payload of undeliverable mails once their code or link has expired, or after a week
 * without a retry. The rest of the row stays until the purge deletes it.
 */
export const ERASE_DEAD_MAIL_PAYLOADS = `UPDATE outbox_messages SET payload = NULL
  WHERE status = 'dead' AND payload IS NOT NULL AND coalesce(expires_at, finished_at + interval '7 days') < now()`;

/**
 * Excludes the grants of linked accounts from later purges. Otherwise each round would read the grants
 * of all members.
 */
export const KEEP_LINKED_GRANTS = `UPDATE provider_grants SET obtained_at = 'infinity'
  WHERE obtained_at < ${ago('1 day')} AND EXISTS (
    SELECT FROM identities i WHERE i.provider = provider_grants.provider AND i.subject = provider_grants.subject)`;

function ago(interval: string): string {
  return `now() - interval '${interval}'`;
}

function secondsAgo(seconds: number): string {
  return ago(`${seconds} seconds`);
}
