import type { Sql, Tx } from '../../platform/database/sql.js';
import type { Member } from '../member.entity.js';
import type { ConsentAction } from './consent.entity.js';

/** A consent as it is given. In this form a pending sign-up carries it. */
export interface GivenConsent {
  readonly id: string;
  readonly version: string;
  readonly language: string;
  /** Of the document. */
  readonly hash: string;
  /** ISO 8601. */
  readonly at: string;
  readonly ip: string;
}

/** A row of the ledger. */
export interface ConsentEntry extends Omit<GivenConsent, 'at'> {
  readonly action: ConsentAction;
  readonly at: Date;
}

/** A consent of which its member was reminded now. */
export interface RemindedConsent extends Pick<Member, 'email' | 'locale' | 'loginId' | 'name'> {
  readonly memberId: string;
  /** Of the document. */
  readonly id: string;
  readonly version: string;
  readonly language: string;
  /** When it was given. */
  readonly givenAt: Date;
}

/** A consent that the member has not withdrawn since. A withdrawal ends the consent to every version. */
const GIVEN = `c.action = 'given' AND NOT EXISTS (
  SELECT FROM consents w WHERE w.member_id = c.member_id AND w.document_id = c.document_id AND w.action = 'withdrawn' AND w.id > c.id)`;

/** The last entry of each consent, if it is at least two years old and not a withdrawal. `$1` holds the ids of documents. */
const REMINDABLE = `c.document_id = ANY($1) AND c.action <> 'withdrawn' AND c.at <= now() - interval '2 years' AND NOT EXISTS (
  SELECT FROM consents later WHERE later.member_id = c.member_id AND later.document_id = c.document_id AND later.id > c.id)`;

const COLUMNS = `document_id AS id, version, language, document_hash AS hash, action, at, ip`;

/**
 * Owns the table `consents`. Prepared SQL: logins read it. It is no Nest provider, because it is created
 * only where consents are declared.
 */
export class ConsentsRepository {
  /**
   * Adds each consent unless the member has given the same version already and not withdrawn it. So a
   * repetition does not lengthen the ledger, also after another version. Needs the member's lock.
   * @returns those that were added
   */
  async give(
    tx: Tx,
    memberId: string,
    consents: readonly GivenConsent[],
  ): Promise<Pick<GivenConsent, 'id' | 'version'>[]> {
    const { rows } = await tx.query<Pick<GivenConsent, 'id' | 'version'>>(
      `INSERT INTO consents (member_id, document_id, version, language, document_hash, action, at, ip)
       SELECT $1, new.id, new.version, new.language, new.hash, 'given', new.at, new.ip
       FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (id text, version text, language text, hash text, at timestamptz, ip text))
         WITH ORDINALITY AS new (id, version, language, hash, at, ip, position)
       WHERE NOT EXISTS (SELECT FROM consents c WHERE c.member_id = $1 AND c.document_id = new.id AND c.version = new.version AND ${GIVEN})
       ORDER BY new.position
       RETURNING document_id AS id, version`,
      [memberId, JSON.stringify(consents)],
    );
    return rows;
  }

  /**
   * Adds the withdrawal of a consent that the member has given. Needs the member's lock.
   * @returns the withdrawn version; null where the member has no consent to withdraw
   */
  async withdraw(tx: Tx, memberId: string, documentId: string, ip: string): Promise<string | null> {
    const { rows } = await tx.query<{ version: string }>(
      `INSERT INTO consents (member_id, document_id, version, language, document_hash, action, ip)
       SELECT member_id, document_id, version, language, document_hash, 'withdrawn', $3 FROM (
         SELECT * FROM consents WHERE member_id = $1 AND document_id = $2 AND action <> 'reminded' ORDER BY id DESC LIMIT 1) AS latest
       WHERE action = 'given' RETURNING version`,
      [memberId, documentId, ip],
    );
    return rows[0]?.version ?? null;
  }

  /** Every version that the member has agreed to, and not withdrawn. */
  async listGiven(sql: Sql, memberId: string): Promise<{ id: string; version: string }[]> {
    const { rows } = await sql.query<{ id: string; version: string }>(
      `SELECT document_id AS id, version FROM consents c WHERE member_id = $1 AND ${GIVEN}`,
      [memberId],
    );
    return rows;
  }

  /** The member's whole ledger, oldest first. */
  async list(sql: Sql, memberId: string): Promise<ConsentEntry[]> {
    const { rows } = await sql.query<ConsentEntry>(
      `SELECT ${COLUMNS} FROM consents WHERE member_id = $1 ORDER BY consents.id`,
      [memberId],
    );
    return rows;
  }

  /**
   * Active members after `afterId` who gave a consent, or were reminded of it, two years ago and have
   * not withdrawn it.
   */
  async findRemindable(sql: Sql, documentIds: readonly string[], afterId: string, limit: number): Promise<string[]> {
    const { rows } = await sql.query<{ id: string }>(
      `SELECT DISTINCT m.id FROM consents c JOIN members m ON m.id = c.member_id
       WHERE ${REMINDABLE} AND m.status = 'active' AND m.id > $2 ORDER BY m.id LIMIT $3`,
      [[...documentIds], afterId, limit],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Adds the reminders that are due for these members. Skips members whose row another transaction has
   * locked: a later round reminds them.
   * @returns the consents, sorted by member
   */
  async remind(tx: Tx, documentIds: readonly string[], memberIds: readonly string[]): Promise<RemindedConsent[]> {
    const { rows: locked } = await tx.query<{ id: string }>(
      `SELECT id FROM members WHERE id = ANY($1) AND status = 'active' ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`,
      [[...memberIds]],
    );
    // A statement of its own, so that it sees what another worker committed before the lock (CO-07).
    const { rows } = await tx.query<RemindedConsent>(
      `WITH due AS (SELECT * FROM consents c WHERE ${REMINDABLE} AND c.member_id = ANY($2)),
       added AS (INSERT INTO consents (member_id, document_id, version, language, document_hash, action, ip)
         SELECT member_id, document_id, version, language, document_hash, 'reminded', '' FROM due ORDER BY id)
       SELECT due.member_id AS "memberId", due.document_id AS id, due.version, due.language, m.email, m.locale, m.name,
         m.login_id AS "loginId", (SELECT max(given.at) FROM consents given WHERE given.member_id = due.member_id
           AND given.document_id = due.document_id AND given.action = 'given') AS "givenAt"
       FROM due JOIN members m ON m.id = due.member_id ORDER BY due.member_id, due.id`,
      [[...documentIds], locked.map(({ id }) => id)],
    );
    return rows;
  }
}
