import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Database } from '../../platform/database/database.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import { Identity } from './identity.entity.js';

/** What names an account at a provider: never its address, which may move to another person. */
export type IdentityKey = Pick<Identity, 'provider' | 'subject'>;
export type LinkedIdentity = Pick<Identity, 'id' | 'provider' | 'email' | 'createdAt'>;

/**
 * Owns the table `identities`. SQL for logins and for what decides races; TypeORM for the rest.
 */
@Injectable()
export class IdentitiesRepository {
  constructor(private readonly database: Database) {}

  /** The member whose identity this is. By provider and subject alone (SO-09). */
  async findMemberId(sql: Sql, { provider, subject }: IdentityKey): Promise<string | null> {
    const { rows } = await sql.query<{ memberId: string }>(
      `SELECT member_id AS "memberId" FROM identities WHERE provider = $1 AND subject = $2`,
      [provider, subject],
    );
    return rows[0]?.memberId ?? null;
  }

  /** As {@link findMemberId}, outside transactions. */
  async findOwner(key: IdentityKey): Promise<string | null> {
    return this.findMemberId(this.database, key);
  }

  /**
   * As {@link findMemberId}, for a link that existed at that time. A notice that comes late must not
   * concern a link that the member made afterwards.
   * @param atSeconds seconds since 1970; null for now
   */
  async findMemberLinkedAt(sql: Sql, key: IdentityKey, atSeconds: number | null): Promise<string | null> {
    const { rows } = await sql.query<{ memberId: string }>(
      `SELECT member_id AS "memberId" FROM identities WHERE provider = $1 AND subject = $2
       AND ($3::float8 IS NULL OR date_trunc('second', created_at) <= to_timestamp($3))`,
      [key.provider, key.subject, atSeconds],
    );
    return rows[0]?.memberId ?? null;
  }

  /**
   * Links an identity. The unique index decides between two requests at once.
   * @returns its id; null if another link of the identity exists
   */
  async insert(
    tx: Tx,
    memberId: string,
    { provider, subject }: IdentityKey,
    email: string | null,
  ): Promise<string | null> {
    const id = randomUUID();
    const { count } = await tx.query(
      `INSERT INTO identities (id, member_id, provider, subject, email) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [id, memberId, provider, subject, email],
    );
    return count === 1 ? id : null;
  }

  /** The member's identities, in the order in which they were linked. */
  async list(memberId: string): Promise<LinkedIdentity[]> {
    return this.database.manager.find(Identity, {
      select: { id: true, provider: true, email: true, createdAt: true },
      where: { memberId },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
  }

  /** Whether the member has an identity at one of these providers. */
  async hasOneAt(tx: Tx, memberId: string, providers: readonly string[]): Promise<boolean> {
    return tx.manager.existsBy(Identity, { memberId, provider: In([...providers]) });
  }

  /** @returns what was unlinked; null where the member has no such identity */
  async delete(tx: Tx, memberId: string, id: string): Promise<IdentityKey | null> {
    const { rows } = await tx.query<IdentityKey>(
      `DELETE FROM identities WHERE id = $1 AND member_id = $2 RETURNING provider, subject`,
      [id, memberId],
    );
    return rows[0] ?? null;
  }

  async deleteByKey(tx: Tx, { provider, subject }: IdentityKey): Promise<void> {
    await tx.query(`DELETE FROM identities WHERE provider = $1 AND subject = $2`, [provider, subject]);
  }

  /**
   * Unlinks what was linked within the last seconds.
   * @returns what was unlinked
   */
  async deleteRecent(tx: Tx, memberId: string, seconds: number): Promise<IdentityKey[]> {
    const { rows } = await tx.query<IdentityKey>(
      `DELETE FROM identities WHERE member_id = $1 AND created_at > now() - make_interval(secs => $2)
       RETURNING provider, subject`,
      [memberId, seconds],
    );
    return rows;
  }

  async listForMembers(tx: Tx, memberIds: readonly string[]): Promise<(IdentityKey & Pick<Identity, 'memberId'>)[]> {
    const { rows } = await tx.query<IdentityKey & Pick<Identity, 'memberId'>>(
      `SELECT provider, subject, member_id AS "memberId" FROM identities WHERE member_id = ANY($1)`,
      [[...memberIds]],
    );
    return rows;
  }
}
