import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';
import type { Member } from '../users/member.entity.js';
import type { LockedMember } from '../users/members.repository.js';

/**
 * A grant from which a reset token is signed. Times are whole seconds since 1970 on the database's
 * clock.
 */
export interface IssuedGrant {
  readonly id: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** The member's password version and address. The grant ends when either of them changes. */
export type GrantSubject = Pick<LockedMember, 'passwordVersion' | 'emailKey'>;

/** What a new password must not resemble. */
export type GrantOwner = Pick<Member, 'loginId' | 'email' | 'name'>;

const USABLE = 'spent_at IS NULL AND voided_at IS NULL AND expires_at > now()';

/**
 * Owns the table `reset_grants`. Prepared SQL, because the row count of an UPDATE decides who may
 * use a grant.
 */
@Injectable()
export class ResetGrantsRepository {
  constructor(private readonly database: Database) {}

  async insert(
    tx: Tx,
    memberId: string,
    { passwordVersion, emailKey }: GrantSubject,
    ttlSeconds: number,
  ): Promise<IssuedGrant> {
    const { rows } = await tx.query<IssuedGrant>(
      `INSERT INTO reset_grants (id, member_id, password_version, email_key, expires_at) VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))
       RETURNING id, floor(extract(epoch FROM created_at))::float8 AS "issuedAt", floor(extract(epoch FROM expires_at))::float8 AS "expiresAt"`,
      [randomUUID(), memberId, passwordVersion, emailKey, ttlSeconds],
    );
    return rows[0]!;
  }

  /**
   * A check before costly work, which does not use the grant up; {@link spend} decides.
   * @returns the member who may use it; null where it is no longer usable
   */
  async findOwner(id: string, memberId: string): Promise<GrantOwner | null> {
    const { rows } = await this.database.query<GrantOwner>(
      // Not a join: its plan may be made while both tables are small, and be slow once they are large.
      `SELECT login_id AS "loginId", email, name FROM members
       WHERE id = (SELECT member_id FROM reset_grants WHERE id = $1 AND member_id = $2 AND ${USABLE})`,
      [id, memberId],
    );
    return rows[0] ?? null;
  }

  /**
   * Uses up the grant. Of two transactions that spend it, one wins.
   * @param emailKey the member's present address
   * @returns the version of the password that may be replaced; null where the grant is no longer
   * usable
   */
  async spend(tx: Tx, id: string, memberId: string, emailKey: string): Promise<number | null> {
    const { rows } = await tx.query<{ passwordVersion: number }>(
      `UPDATE reset_grants SET spent_at = now() WHERE id = $1 AND member_id = $2 AND coalesce(email_key, $3) = $3 AND ${USABLE}
       RETURNING password_version AS "passwordVersion"`,
      [id, memberId, emailKey],
    );
    return rows[0]?.passwordVersion ?? null;
  }

  /** Voids the open grants of a member who has to change the password. A login gives a grant only to such a member. */
  async voidOfLogins(tx: Tx, memberId: string): Promise<void> {
    await tx.runLater(
      `UPDATE reset_grants SET voided_at = now() WHERE member_id = $1 AND spent_at IS NULL AND voided_at IS NULL
       AND EXISTS (SELECT FROM members WHERE id = $1 AND must_change_password)`,
      [memberId],
    );
  }

  async voidAll(tx: Tx, memberId: string): Promise<void> {
    await tx.runLater(
      `UPDATE reset_grants SET voided_at = now() WHERE member_id = $1 AND spent_at IS NULL AND voided_at IS NULL`,
      [memberId],
    );
  }
}
