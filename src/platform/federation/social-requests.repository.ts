import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import type { SocialRequest } from './social-request.entity.js';

/** Owns the table `social_requests`. SQL, because one statement takes a request exactly once. */
@Injectable()
export class SocialRequestsRepository {
  constructor(private readonly database: Database) {}

  async insert(request: Omit<SocialRequest, 'expiresAt' | 'postedName'>, ttlSeconds: number): Promise<void> {
    await this.database.query(
      `INSERT INTO social_requests (id_digest, provider, state_digest, sealed, redirect_uri, transport, binding, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))`,
      [
        ...[request.idDigest, request.provider, request.stateDigest, request.sealed],
        ...[request.redirectUri, request.transport, request.binding, ttlSeconds],
      ],
    );
  }

  /**
   * Takes an open request: of two answers to one request, one gets it. A wrong state leaves it where
   * it is, so that an attacker cannot end a journey.
   */
  async take(
    idDigest: Buffer,
    provider: string,
    stateDigest: Buffer,
  ): Promise<Omit<SocialRequest, 'expiresAt'> | null> {
    const { rows } = await this.database.query<Omit<SocialRequest, 'expiresAt'>>(
      `DELETE FROM social_requests WHERE id_digest = $1 AND provider = $2 AND state_digest = $3 AND expires_at > now()
       RETURNING id_digest AS "idDigest", provider, state_digest AS "stateDigest", sealed, redirect_uri AS "redirectUri", transport, binding, posted_name AS "postedName"`,
      [idDigest, provider, stateDigest],
    );
    return rows[0] ?? null;
  }

  /**
   * Keeps the name that the provider has posted, for the account that the request ends in.
   * @returns the redirect URI of the request, which stays open; null if none is open
   */
  async keepPostedName(provider: string, stateDigest: Buffer, name: string | null): Promise<string | null> {
    const { rows } = await this.database.query<{ redirectUri: string }>(
      `UPDATE social_requests SET posted_name = coalesce($3, posted_name)
       WHERE state_digest = $2 AND provider = $1 AND expires_at > now() RETURNING redirect_uri AS "redirectUri"`,
      [provider, stateDigest, name],
    );
    return rows[0]?.redirectUri ?? null;
  }

  /**
   * Records that an ID token of an app, or a notice, was used. Its row has an empty state, so no
   * answer takes it.
   * @returns false if it was used before: of two requests with one token, one wins
   */
  async spendToken(
    tokenDigest: Buffer,
    provider: string,
    keptSeconds: number,
    sql: Sql = this.database,
  ): Promise<boolean> {
    const { count } = await sql.query(
      `INSERT INTO social_requests (id_digest, provider, state_digest, sealed, redirect_uri, expires_at)
       VALUES ($1, $2, '', '', '', now() + make_interval(secs => $3)) ON CONFLICT DO NOTHING`,
      [tokenDigest, provider, keptSeconds],
    );
    return count === 1;
  }
}
