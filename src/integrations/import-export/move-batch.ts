import { IS_OBSERVED } from '../../security/events/log/event-consumers.repository.js';
import type { ImportedEventsRepository } from '../../security/events/log/imported-events.repository.js';
import type { DatabaseClient } from '../../platform/database/database-client.js';
import { LEGACY_HASHES_CHANNEL } from '../../users/legacy-hash-kinds.repository.js';

/** How many rows have become members, and how many claims. */
export interface MovedRows {
  readonly members: number;
  readonly claims: number;
}

/** Rows between two numbers that are neither refused nor imported yet. */
export const READY = `SELECT * FROM import_rows r WHERE row_number > $1 AND row_number <= $2
  AND NOT EXISTS (SELECT FROM import_refused f WHERE f.row_number = r.row_number)
  AND NOT EXISTS (SELECT FROM import_journal j WHERE j.row_key = r.row_key)`;

/**
 * Moves the rows after `$1` up to `$2` of the source `$3`. One statement, because foreign keys are
 * checked at its end. A member who signed up with the address since the comparison keeps it; the row is
 * then refused. A passkey or linked account that a member got since then stays with
 * that member, and the row is moved without it. Servers learn in the same commit that members may
 * have hashes of another kind. `observedIds` are the new members while a receiver of events exists,
 * otherwise null.
 */
const MOVE_BATCH = `WITH batch AS (${READY}),
  added AS (
    INSERT INTO members (id, login_id, email, email_key, password_hash, name, locale, role, status, closed_at, created_at, must_change_password,
      attributes, login_id_generated)
    SELECT id, login_id, email, email_key, password_hash, name, locale, role, status, closed_at, coalesce(created_at, now()), must_change_password,
      secrets->'attributes', login_id_generated
    FROM batch WHERE NOT is_claim ON CONFLICT DO NOTHING RETURNING id),
  claims AS (
    INSERT INTO imported_claims (id, login_id, email, email_key, password_hash, name, locale, attributes, created_at, login_id_generated)
    SELECT id, login_id, email, email_key, password_hash, name, locale, secrets->'attributes', coalesce(created_at, now()), login_id_generated
    FROM batch WHERE is_claim AND NOT EXISTS (SELECT FROM members m WHERE m.email_key = batch.email_key OR m.login_id = batch.login_id)
    ON CONFLICT DO NOTHING RETURNING id),
  journal AS (
    INSERT INTO import_journal (row_key, source) SELECT row_key, $3 FROM batch WHERE id IN (SELECT id FROM added UNION ALL SELECT id FROM claims)),
  late AS (
    INSERT INTO import_refused SELECT row_number, 'a member or an earlier import has taken this mail address or login ID', NULL::int
    FROM batch WHERE id NOT IN (SELECT id FROM added UNION ALL SELECT id FROM claims)),
  apps AS (
    INSERT INTO totp_secrets (member_id, sealed, key_id, confirmed_at)
    SELECT id, decode(secrets->'app'->>'sealed', 'hex'), secrets->'app'->>'keyId', now() FROM batch JOIN added USING (id)
    WHERE secrets ? 'app'),
  codes AS (
    INSERT INTO recovery_codes (digest, sealed, key_id, member_id)
    SELECT decode(code->>'digest', 'hex'), decode(code->>'sealed', 'hex'), code->>'keyId', id
    FROM batch JOIN added USING (id) CROSS JOIN jsonb_array_elements(secrets->'codes') code ON CONFLICT DO NOTHING),
  keys AS (
    INSERT INTO passkeys (id, member_id, credential_id, public_key, sign_count, transports, backup_eligible, backed_up, user_verified, name, aaguid, created_at)
    SELECT (key->>'id')::uuid, batch.id, decode(key->>'credentialId', 'hex'), decode(key->>'publicKey', 'hex'), (key->>'signCount')::bigint,
      ARRAY(SELECT jsonb_array_elements_text(key->'transports')), (key->>'backupEligible')::boolean, (key->>'backedUp')::boolean,
      (key->>'userVerified')::boolean, key->>'name', (key->>'aaguid')::uuid, (key->>'createdAt')::timestamptz
    FROM batch JOIN added USING (id) CROSS JOIN jsonb_array_elements(secrets->'passkeys') key ON CONFLICT DO NOTHING),
  identities AS (
    INSERT INTO identities (id, member_id, provider, subject, email, created_at)
    SELECT (identity->>'id')::uuid, batch.id, identity->>'provider', identity->>'subject', identity->>'email', (identity->>'createdAt')::timestamptz
    FROM batch JOIN added USING (id) CROSS JOIN jsonb_array_elements(secrets->'identities') identity ON CONFLICT DO NOTHING),
  consents AS (
    INSERT INTO consents (member_id, document_id, version, language, document_hash, action, at, ip)
    SELECT batch.id, consent->>'id', consent->>'version', consent->>'language', consent->>'sha256', consent->>'action',
      (consent->>'at')::timestamptz, consent->>'ip'
    FROM batch JOIN added USING (id) CROSS JOIN jsonb_array_elements(secrets->'consents') WITH ORDINALITY entry (consent, place)
    ORDER BY batch.id, place)
  SELECT (SELECT count(*) FROM added)::int AS members, (SELECT count(*) FROM claims)::int AS claims,
    CASE WHEN ${IS_OBSERVED} THEN (SELECT array_agg(id) FROM added) END AS "observedIds", pg_notify('${LEGACY_HASHES_CHANNEL}', '')`;

/** Moves the rows after `after` up to `end`, and writes the events of the new members, in one commit. */
export async function moveRows(
  client: DatabaseClient,
  events: ImportedEventsRepository,
  { after, end, source }: { after: number; end: number; source: string },
): Promise<MovedRows> {
  return events.inTransaction(async () => {
    const { rows } = await client.query<MovedRows & { observedIds: string[] | null }>({
      name: 'import-batch',
      text: MOVE_BATCH,
      values: [after, end, source],
    });
    const { observedIds, ...moved } = rows[0]!;
    if (observedIds !== null) await events.recordCreated(observedIds);
    return moved;
  });
}
