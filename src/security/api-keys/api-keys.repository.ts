import { Injectable } from '@nestjs/common';
import { parseAddressRange, type AddressRange } from '../../platform/addresses/address-range.js';
import { Database } from '../../platform/database/database.js';
import { Conditions, microsOf, type PagePosition } from '../../platform/database/page.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import type { ApiKeyScope } from '../../platform/http/principal.js';
import { ApiKey } from './api-key.entity.js';

/** Servers drop a key from memory when a message names it. */
export const API_KEYS_CHANNEL = 'munjigi_api_keys';

/** What admits a key: read once, then kept in memory for seconds. */
export interface LiveApiKey {
  readonly id: string;
  readonly scopes: readonly ApiKeyScope[];
  readonly digest: Buffer;
  readonly previousDigest: Buffer | null;
  /** From which the key may be used; null for every address. Parsed here, not for each request. */
  readonly ranges: readonly AddressRange[] | null;
  /** Seconds since 1970; null without an end. */
  readonly expiresAt: number | null;
}

type LiveRow = Omit<LiveApiKey, 'ranges'> & { readonly addresses: readonly string[] };

export type NewApiKey = Pick<ApiKey, 'id' | 'name' | 'scopes' | 'digest' | 'addresses' | 'createdBy' | 'expiresAt'>;

const FIND_LIVE = {
  name: 'api-key-find-live',
  text: `SELECT id, scopes, digest, previous_digest AS "previousDigest", addresses, extract(epoch FROM expires_at)::float8 AS "expiresAt"
    FROM api_keys WHERE id = $1 AND revoked_at IS NULL`,
};

const LIST_COLUMNS = `id, name, scopes, addresses, created_by AS "createdBy", created_at AS "createdAt", rotated_at AS "rotatedAt",
  expires_at AS "expiresAt", revoked_at AS "revokedAt", last_used_at AS "lastUsedAt"`;

/** What a list shows of a key: never a digest. */
export type ListedApiKey = Omit<ApiKey, 'digest' | 'previousDigest'>;

/**
 * Owns the table `api_keys`. SQL for {@link findLive}, which is hot, and for changes, because the
 * statement that makes one also notifies every server.
 */
@Injectable()
export class ApiKeysRepository {
  constructor(private readonly database: Database) {}

  /** The key unless it is revoked. Its end is judged by the reader. */
  async findLive(id: string): Promise<LiveApiKey | null> {
    const [row] = (await this.database.prepared<LiveRow>(FIND_LIVE, [id])).rows;
    if (!row) return null;
    const { addresses, ...key } = row;
    const ranges = addresses.map(parseAddressRange).filter((range) => range !== null);
    return { ...key, ranges: addresses.length === 0 ? null : ranges };
  }

  /**
   * Whether this secret of the key still works. The row stays locked until the commit, so that a
   * revocation comes either before this check or after the commit.
   */
  async lockLive(tx: Tx, id: string, secretDigest: Buffer): Promise<boolean> {
    const { count } = await tx.query(
      `SELECT FROM api_keys WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())
         AND $2 IN (digest, previous_digest) FOR SHARE`,
      [id, secretDigest],
    );
    return count === 1;
  }

  /** Whether the key is not revoked. In a transaction, it stays so until the commit. */
  async isUnrevoked(sql: Sql, id: string): Promise<boolean> {
    const { count } = await sql.query(`SELECT FROM api_keys WHERE id = $1 AND revoked_at IS NULL FOR SHARE`, [id]);
    return count === 1;
  }

  async insert(tx: Tx, key: NewApiKey): Promise<void> {
    await tx.manager.insert(ApiKey, key);
  }

  /** Newest first. */
  async list(limit: number, after: PagePosition | null): Promise<(ListedApiKey & PagePosition)[]> {
    const conditions = new Conditions().addAfter(after, 'created_at', 'uuid');
    const limitAt = conditions.values.push(limit);
    const { rows } = await this.database.query<ListedApiKey & PagePosition>(
      `SELECT ${LIST_COLUMNS}, ${microsOf('created_at')} AS micros FROM api_keys ${conditions.where}
       ORDER BY created_at DESC, id DESC LIMIT $${limitAt}`,
      conditions.values,
    );
    return rows;
  }

  /**
   * Ends the key on every server when the transaction commits.
   * @returns its name; null if there is no such key, or if it is revoked
   */
  async revoke(tx: Tx, id: string): Promise<string | null> {
    return this.change(tx, `revoked_at = now()`, id);
  }

  /**
   * Adds a secret. The one before it works on; one that is older ends.
   * @returns the name of the key; null if there is no such key, or if it is revoked or has expired
   */
  async rotate(tx: Tx, id: string, digest: Buffer): Promise<string | null> {
    return this.change(tx, `previous_digest = digest, digest = $2, rotated_at = now()`, id, digest);
  }

  /** Records a use, at most once a minute whatever the number of servers. */
  async recordUse(id: string): Promise<void> {
    await this.database.query(
      `UPDATE api_keys SET last_used_at = now()
       WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= now() - interval '1 minute')`,
      [id],
    );
  }

  private async change(tx: Tx, changes: string, id: string, ...values: unknown[]): Promise<string | null> {
    const isLive = `revoked_at IS NULL${values.length > 0 ? ' AND (expires_at IS NULL OR expires_at > now())' : ''}`;
    const { rows } = await tx.query<{ name: string }>(
      `WITH changed AS (UPDATE api_keys SET ${changes} WHERE id = $1 AND ${isLive} RETURNING id, name)
       SELECT name, pg_notify('${API_KEYS_CHANNEL}', id::text) FROM changed`,
      [id, ...values],
    );
    return rows[0]?.name ?? null;
  }
}
