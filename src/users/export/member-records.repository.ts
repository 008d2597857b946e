import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { MemberRecords } from './member-export.dto.js';

/** The rows of a table about the member `$1`, as a JSON list. */
const listOf = (columns: string, from: string, order: string): string =>
  `coalesce((SELECT jsonb_agg(to_jsonb(part) ORDER BY part."${order}") FROM (SELECT ${columns} FROM ${from}) part), '[]')`;

/** Also true for commands of the operator: only their events have a user agent and no address. */
const BY_ADMIN = `(actor_id IS NOT NULL OR api_key_id IS NOT NULL OR (ip = '' AND user_agent <> ''))`;
/**
 * As members see events in their account. Leaves out the address and device of an administrator, which
 * are data about another person, and the audit reason, which may be meant for administrators only.
 */
const EVENT = `at, type, session_id AS "sessionId", ${BY_ADMIN} AS "byAdmin", CASE WHEN ${BY_ADMIN} THEN '' ELSE ip END AS ip,
  CASE WHEN ${BY_ADMIN} THEN '' ELSE user_agent END AS "userAgent", details - 'auditReason' AS details`;

const RECORDS = `SELECT
  ${listOf('id, provider, subject, email, created_at AS "createdAt"', 'identities WHERE member_id = $1', 'createdAt')} AS identities,
  ${listOf('id, name, aaguid, transports, created_at AS "createdAt", last_used_at AS "lastUsedAt"', 'passkeys WHERE member_id = $1', 'createdAt')} AS passkeys,
  ${listOf('document_id AS id, version, language, document_hash AS sha256, action, at, ip', 'consents WHERE member_id = $1', 'at')} AS consents,
  ${listOf('email, role, locale, created_at AS "createdAt", accepted_at AS "acceptedAt"', 'invitations WHERE member_id = $1', 'createdAt')} AS invitations,
  ${listOf('old_email AS "oldEmail", changed_at AS "changedAt", undo_until AS "undoUntil"', 'email_changes WHERE member_id = $1', 'changedAt')} AS "emailChanges",
  ${listOf('id, device_name AS "deviceName", user_agent AS "userAgent", ip, created_at AS "createdAt", rotated_at AS "lastUsedAt", ended_at AS "endedAt", end_reason AS "endReason"', 'sessions WHERE member_id = $1', 'createdAt')} AS sessions,
  ${listOf('id, name, user_agent AS "userAgent", network, first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt"', 'devices WHERE member_id = $1', 'firstSeenAt')} AS devices,
  ${listOf('network, country, first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt"', 'known_networks WHERE member_id = $1', 'firstSeenAt')} AS networks,
  ${listOf('template AS kind, locale, status, created_at AS "createdAt", finished_at AS "finishedAt"', 'outbox_messages WHERE member_id = $1', 'createdAt')} AS mails,
  ${listOf(EVENT, 'security_events WHERE member_id = $1', 'at')} AS "securityEvents"`;

/**
 * Reads what is held about a member, across the modules that own the tables. Reads no secret: no
 * password hash, token digest, key or content of a mail.
 */
@Injectable()
export class MemberRecordsRepository {
  constructor(private readonly database: Database) {}

  async read(memberId: string): Promise<MemberRecords> {
    const { rows } = await this.database.query<MemberRecords>(RECORDS, [memberId]);
    return rows[0]!;
  }
}
