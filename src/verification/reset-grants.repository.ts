import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { Tx } from '../platform/database/sql.js';

/** A grant as a reset token is minted from it; times in whole seconds since 1970, the database's. */
export interface IssuedGrant {
  readonly id: string;
  readonly memberId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const USABLE = 'spent_at IS NULL AND voided_at IS NULL AND expires_at > now()';

/** Owns the table `reset_grants`. */
@Injectable()
export class ResetGrantsRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, memberId: string, passwordVersion: number, ttlSeconds: number): Promise<IssuedGrant> {
    const { rows } = await tx.query<IssuedGrant>(
      `INSERT INTO reset_grants (id, member_id, password_version, expires_at) VALUES ($1, $2, $3, now() + make_interval(secs => $4))
       RETURNING id, member_id AS "memberId", floor(extract(epoch FROM created_at))::float8 AS "issuedAt", floor(extract(epoch FROM expires_at))::float8 AS "expiresAt"`,
      [randomUUID(), memberId, passwordVersion, ttlSeconds],
    );
    return rows[0]!;
  }

  /** A look before the costly work; {@link spend} decides. */
  async isUsable(id: string, memberId: string): Promise<boolean> {
    const { count } = await this.database.query(
      `SELECT FROM reset_grants WHERE id = $1 AND member_id = $2 AND ${USABLE}`,
      [id, memberId],
    );
    return count === 1;
  }

  /** The password version it is for; null when it is not usable any more. Of two that spend it, one wins. */
  async spend(tx: Tx, id: string, memberId: string): Promise<number | null> {
    const { rows, count } = await tx.query<{ passwordVersion: number }>(
      `UPDATE reset_grants SET spent_at = now() WHERE id = $1 AND member_id = $2 AND ${USABLE} RETURNING password_version AS "passwordVersion"`,
      [id, memberId],
    );
    return count === 1 ? rows[0]!.passwordVersion : null;
  }

  async voidAll(tx: Tx, memberId: string): Promise<void> {
    await tx.query(
      `UPDATE reset_grants SET voided_at = now() WHERE member_id = $1 AND spent_at IS NULL AND voided_at IS NULL`,
      [memberId],
    );
  }
}
