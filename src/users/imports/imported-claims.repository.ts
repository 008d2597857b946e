import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ImportedClaim } from './imported-claim.entity.js';
import type { ImportedProfile } from './imported-profile.js';

export type NewImportedClaim = ImportedProfile & { readonly passwordHash: string };

export interface KeptValues {
  /** When the account was made at its system, in ISO 8601. */
  readonly joinedAt: string;
  readonly loginIdGenerated: boolean;
}

/**
 * Owns the table `imported_claims`. TypeORM for reads, which are rare: a login finds a claim with the
 * statement that finds members.
 */
@Injectable()
export class ImportedClaimsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Adds an account that becomes a member once its address is proven.
   * @returns its id
   * @throws DomainError `email_taken`, `login_id_taken`: another claim has it
   */
  async insert(tx: Tx, { loginId, email, emailKey, ...claim }: NewImportedClaim): Promise<string> {
    const id = randomUUID();
    const { count } = await tx.query(
      `INSERT INTO imported_claims (id, login_id, email, email_key, password_hash, name, locale, attributes, created_at, login_id_generated)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, now()), $10) ON CONFLICT DO NOTHING`,
      [
        ...[id, loginId, email, emailKey, claim.passwordHash, claim.name, claim.locale, claim.attributes],
        ...[claim.createdAt, claim.loginIdGenerated],
      ],
    );
    if (count === 1) return id;
    const { count: holders } = await tx.query(`SELECT FROM imported_claims WHERE email_key = $1`, [emailKey]);
    throw new DomainError(holders > 0 ? 'email_taken' : 'login_id_taken', { detail: 'of an imported claim' });
  }

  async count(): Promise<number> {
    return this.database.manager.count(ImportedClaim);
  }

  /** @returns null where it has become a member, or has expired */
  async find(id: string): Promise<ImportedClaim | null> {
    return this.database.manager.findOneBy(ImportedClaim, { id });
  }

  /**
   * Deletes a claim that becomes a member.
   * @returns what the member keeps of it; null where the claim is gone
   */
  async take(tx: Tx, id: string): Promise<KeptValues | null> {
    const { rows } = await tx.query<{ createdAt: Date; loginIdGenerated: boolean }>(
      `DELETE FROM imported_claims WHERE id = $1 RETURNING created_at AS "createdAt", login_id_generated AS "loginIdGenerated"`,
      [id],
    );
    const [claim] = rows;
    return claim ? { joinedAt: claim.createdAt.toISOString(), loginIdGenerated: claim.loginIdGenerated } : null;
  }
}
