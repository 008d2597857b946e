import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Tx } from '../database/sql.js';
import type { StoredGrant } from './provider-grant.entity.js';

export type GrantKey = Pick<StoredGrant, 'provider' | 'subject'>;

/** Owns the table `provider_grants`. SQL, because one statement keeps what is known and adds what is new. */
@Injectable()
export class ProviderGrantsRepository {
  constructor(private readonly database: Database) {}

  /** @returns the name that the provider has handed out, now or before */
  async keep(grant: Omit<StoredGrant, 'obtainedAt'>): Promise<string | null> {
    const { rows } = await this.database.query<{ name: string | null }>(
      `INSERT INTO provider_grants AS g (provider, subject, sealed, sealed_by, name) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (provider, subject) DO UPDATE SET obtained_at = greatest(g.obtained_at, now()), name = coalesce(excluded.name, g.name),
         sealed = coalesce(excluded.sealed, g.sealed), sealed_by = coalesce(excluded.sealed_by, g.sealed_by)
       RETURNING name`,
      [grant.provider, grant.subject, grant.sealed, grant.sealedBy, grant.name],
    );
    return rows[0]!.name;
  }

  /** Stores an encrypted refresh token, unless the account has one. */
  async restore(tx: Tx, { provider, subject }: GrantKey, sealed: Buffer, keyId: string): Promise<void> {
    await tx.query(
      `INSERT INTO provider_grants AS g (provider, subject, sealed, sealed_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (provider, subject) DO UPDATE SET sealed = excluded.sealed, sealed_by = excluded.sealed_by
       WHERE g.sealed IS NULL`,
      [provider, subject, sealed, keyId],
    );
  }

  /** Deletes a grant. @returns its encrypted refresh token; null if there is none */
  async take(tx: Tx, { provider, subject }: GrantKey): Promise<Buffer | null> {
    const { rows } = await tx.query<{ sealed: Buffer | null }>(
      `DELETE FROM provider_grants WHERE provider = $1 AND subject = $2 RETURNING sealed`,
      [provider, subject],
    );
    return rows[0]?.sealed ?? null;
  }

  async countByKey(): Promise<{ keyId: string; count: number }[]> {
    const { rows } = await this.database.query<{ keyId: string; count: number }>(
      `SELECT sealed_by AS "keyId", count(*)::int AS count FROM provider_grants WHERE sealed IS NOT NULL GROUP BY sealed_by`,
    );
    return rows;
  }

  /** The next tokens after `after` that were encrypted with another master secret. */
  async lockOutdated(
    tx: Tx,
    keyId: string,
    after: GrantKey,
    limit: number,
  ): Promise<(GrantKey & { readonly sealed: Buffer })[]> {
    const { rows } = await tx.query<GrantKey & { readonly sealed: Buffer }>(
      `SELECT provider, subject, sealed FROM provider_grants WHERE (provider, subject) > ($2, $3)
       AND sealed IS NOT NULL AND sealed_by <> $1 ORDER BY provider, subject LIMIT $4 FOR UPDATE`,
      [keyId, after.provider, after.subject, limit],
    );
    return rows;
  }

  async replaceSealed(tx: Tx, { provider, subject }: GrantKey, sealed: Buffer, keyId: string): Promise<void> {
    await tx.query(`UPDATE provider_grants SET sealed = $3, sealed_by = $4 WHERE provider = $1 AND subject = $2`, [
      ...[provider, subject, sealed, keyId],
    ]);
  }
}
