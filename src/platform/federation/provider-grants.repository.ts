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
       ON CONFLICT (provider, subject) DO UPDATE SET obtained_at = now(), name = coalesce(excluded.name, g.name),
         sealed = coalesce(excluded.sealed, g.sealed), sealed_by = coalesce(excluded.sealed_by, g.sealed_by)
       RETURNING name`,
      [grant.provider, grant.subject, grant.sealed, grant.sealedBy, grant.name],
    );
    return rows[0]!.name;
  }

  /** @returns the encrypted refresh token; null if there is none */
  async take(tx: Tx, { provider, subject }: GrantKey): Promise<Buffer | null> {
    const { rows } = await tx.query<{ sealed: Buffer | null }>(
      `DELETE FROM provider_grants WHERE provider = $1 AND subject = $2 RETURNING sealed`,
      [provider, subject],
    );
    return rows[0]?.sealed ?? null;
  }
}
