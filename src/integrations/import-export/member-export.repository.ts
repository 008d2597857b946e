import type { AttributeValues } from '../../platform/attributes/member-attributes.js';
import type { DatabaseClient } from '../../platform/database/database-client.js';
import type { OwnIdentity, OwnPasskey } from './import-row.js';

/** A member, with second factors as they are stored; or the claim of an imported account, which has none. */
export interface ExportedMember {
  readonly id: string;
  /** Null for a claim whose login ID a member has. */
  readonly loginId: string | null;
  readonly loginIdGenerated: boolean;
  readonly email: string;
  /** True for a member, false for a claim. */
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly locale: string;
  readonly role: string;
  readonly status: string;
  readonly closedAt: Date | null;
  readonly createdAt: Date;
  readonly mustChangePassword: boolean;
  /** Null for a member without a password. */
  readonly passwordHash: string | null;
  /** All stored values, also those that no longer fit their declaration. */
  readonly attributes: AttributeValues | null;
  /** The encrypted secret of the confirmed authenticator app; null without one. */
  readonly app: Buffer | null;
  /**
   * The encrypted hashes of unused recovery codes, in hexadecimal. Codes from before 1.0.0 have
   * none and are left out.
   */
  readonly codes: readonly string[];
  readonly identities: readonly OwnIdentity[];
  /** The whole ledger, oldest first; null where it is empty. */
  readonly consents: readonly object[] | null;
  /** Here bytes are in hexadecimal, which {@link OwnPasskey} has as base64url. */
  readonly passkeys: readonly OwnPasskey[];
}

const BATCH = 2000;

const MEMBERS = `SELECT m.id, login_id AS "loginId", login_id_generated AS "loginIdGenerated", email, true AS "emailVerified", name, locale, role, status, closed_at AS "closedAt",
    m.created_at AS "createdAt", must_change_password AS "mustChangePassword", password_hash AS "passwordHash", attributes,
    (SELECT sealed FROM totp_secrets t WHERE t.member_id = m.id AND t.confirmed_at IS NOT NULL) AS app,
    ARRAY(SELECT encode(sealed, 'hex') FROM recovery_codes c WHERE c.member_id = m.id AND used_at IS NULL AND sealed IS NOT NULL) AS codes,
    coalesce((SELECT jsonb_agg(jsonb_build_object('credentialId', encode(credential_id, 'hex'), 'publicKey', encode(public_key, 'hex'),
      'signCount', sign_count, 'transports', to_jsonb(transports), 'backupEligible', backup_eligible, 'backedUp', backed_up,
      'userVerified', user_verified, 'name', p.name, 'aaguid', aaguid, 'createdAt', p.created_at) ORDER BY p.created_at)
      FROM passkeys p WHERE p.member_id = m.id), '[]') AS passkeys,
    coalesce((SELECT jsonb_agg(jsonb_build_object('provider', provider, 'subject', subject, 'email', i.email, 'createdAt', i.created_at)
      ORDER BY i.created_at, i.id) FROM identities i WHERE i.member_id = m.id), '[]') AS identities
,
    (SELECT jsonb_agg(jsonb_build_object('id', document_id, 'version', version, 'language', language, 'sha256', document_hash,
      'action', action, 'at', at, 'ip', ip) ORDER BY c.id) FROM consents c WHERE c.member_id = m.id) AS consents
  FROM members m ORDER BY m.created_at, m.id`;

/**
 * Leaves out a claim whose address a member has by now: it can no longer become a member, and the
 * two lines would collide in an import. A claim whose login ID a member has is exported without it,
 * and an import then makes another login ID.
 */
const CLAIMS = `SELECT id, CASE WHEN NOT EXISTS (SELECT FROM members m WHERE m.login_id = c.login_id) THEN login_id END, login_id_generated, email, false, name, locale, 'member', 'active', NULL::timestamptz, created_at, false, password_hash,
    attributes, NULL::bytea, '{}'::text[], '[]'::jsonb, '[]'::jsonb, NULL::jsonb
  FROM imported_claims c WHERE NOT EXISTS (SELECT FROM members m WHERE m.email_key = c.email_key) ORDER BY created_at, id`;

/**
 * Reads all members with their second factors, identities and consents, then the claims that can
 * still become members. SQL across the modules that own the tables, because a query for each member
 * would be too slow.
 */
export class MemberExportRepository {
  constructor(private readonly client: DatabaseClient) {}

  /** Runs `work` on one snapshot: members who change while it runs are read as they were. */
  async inSnapshot<T>(work: () => Promise<T>): Promise<T> {
    await this.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await this.client.query(`DECLARE exported NO SCROLL CURSOR FOR (${MEMBERS}) UNION ALL (${CLAIMS})`);
    const result = await work();
    await this.client.query('COMMIT');
    return result;
  }

  /** At most this many rows are exported, for the progress: it includes claims that are left out. */
  async count(): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      'SELECT ((SELECT count(*) FROM members) + (SELECT count(*) FROM imported_claims))::int AS count',
    );
    return rows[0]!.count;
  }

  /** Works only inside {@link inSnapshot}. */
  async *batches(): AsyncGenerator<ExportedMember[]> {
    for (;;) {
      const { rows } = await this.client.query<ExportedMember>(`FETCH ${BATCH} FROM exported`);
      if (rows.length === 0) return;
      yield rows;
    }
  }
}
