import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { Conditions, microsOf, type PagePosition } from '../../platform/database/page.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import type { Invitation } from './invitation.entity.js';

export type NewInvitation = Pick<
  Invitation,
  'id' | 'email' | 'emailKey' | 'role' | 'attributes' | 'locale' | 'invitedBy' | 'apiKeyId'
>;

export type InvitationRow = Invitation & { readonly isExpired: boolean };

const COLUMNS = `id, email, email_key AS "emailKey", role, attributes, locale, invited_by AS "invitedBy", api_key_id AS "apiKeyId",
  created_at AS "createdAt", mailed_at AS "mailedAt", expires_at AS "expiresAt", accepted_at AS "acceptedAt", member_id AS "memberId",
  accepted_at IS NULL AND expires_at <= now() AS "isExpired"`;

/** Owns the table `invitations`. A cold path, but SQL, because row counts decide between two requests at once. */
@Injectable()
export class InvitationsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Replaces an expired invitation of the address.
   * @returns null where the address has one that is open
   */
  async insert(tx: Tx, invitation: NewInvitation, ttlSeconds: number): Promise<InvitationRow | null> {
    await tx.query(`DELETE FROM invitations WHERE email_key = $1 AND accepted_at IS NULL AND expires_at <= now()`, [
      invitation.emailKey,
    ]);
    const { id, email, emailKey, role, attributes, locale, invitedBy, apiKeyId } = invitation;
    const { rows } = await tx.query<InvitationRow>(
      `INSERT INTO invitations (id, email, email_key, role, attributes, locale, invited_by, api_key_id, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9)) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
      [id, email, emailKey, role, attributes, locale, invitedBy, apiKeyId, ttlSeconds],
    );
    return rows[0] ?? null;
  }

  /** Locks the row until commit. */
  async findLocked(tx: Tx, id: string): Promise<InvitationRow | null> {
    const { rows } = await tx.query<InvitationRow>(`SELECT ${COLUMNS} FROM invitations WHERE id = $1 FOR UPDATE`, [id]);
    return rows[0] ?? null;
  }

  /** Finds the invitation of an address that is not accepted yet, even if it has expired. */
  async findPending(sql: Sql, emailKey: string): Promise<InvitationRow | null> {
    const { rows } = await sql.query<InvitationRow>(
      `SELECT ${COLUMNS} FROM invitations WHERE email_key = $1 AND accepted_at IS NULL`,
      [emailKey],
    );
    return rows[0] ?? null;
  }

  /** Begins the lifetime again, and replaces the inviter. */
  async renew(
    tx: Tx,
    id: string,
    { invitedBy, apiKeyId }: Pick<NewInvitation, 'invitedBy' | 'apiKeyId'>,
    ttlSeconds: number,
  ): Promise<void> {
    await tx.query(
      `UPDATE invitations SET invited_by = $2, api_key_id = $3, mailed_at = now(), expires_at = now() + make_interval(secs => $4)
       WHERE id = $1`,
      [id, invitedBy, apiKeyId, ttlSeconds],
    );
  }

  /** @returns false where another request accepted or withdrew it first, or where it has expired */
  async markAccepted(tx: Tx, id: string): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE invitations SET accepted_at = now(), attributes = NULL WHERE id = $1 AND accepted_at IS NULL AND expires_at > now()`,
      [id],
    );
    return count === 1;
  }

  /** Stores the member that the invitation created, so that the row is deleted with the member. */
  async setMember(tx: Tx, id: string, memberId: string): Promise<void> {
    await tx.query(`UPDATE invitations SET member_id = $2 WHERE id = $1`, [id, memberId]);
  }

  /** The addresses of the invitations that these members accepted. */
  async listAddresses(
    tx: Tx,
    memberIds: readonly string[],
  ): Promise<{ readonly memberId: string; readonly emailKey: string }[]> {
    const { rows } = await tx.query<{ memberId: string; emailKey: string }>(
      `SELECT member_id AS "memberId", email_key AS "emailKey" FROM invitations WHERE member_id = ANY($1)`,
      [[...memberIds]],
    );
    return rows;
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query(`DELETE FROM invitations WHERE id = $1`, [id]);
  }

  /** Newest first. */
  async list(limit: number, after: PagePosition | null): Promise<(InvitationRow & { readonly micros: string })[]> {
    const conditions = new Conditions().addAfter(after, 'created_at', 'uuid');
    const limitAt = conditions.values.push(limit);
    const { rows } = await this.database.query<InvitationRow & { micros: string }>(
      `SELECT ${COLUMNS}, ${microsOf('created_at')} AS micros FROM invitations ${conditions.where}
       ORDER BY created_at DESC, id DESC LIMIT $${limitAt}`,
      conditions.values,
    );
    return rows;
  }
}
