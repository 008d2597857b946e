import { Injectable } from '@nestjs/common';
import { MemberAttributes, type AttributeValues } from '../platform/attributes/member-attributes.js';
import type { Sql, Tx } from '../platform/database/sql.js';
import type { Member } from './member.entity.js';

/** A member as the product's own backend keeps it. */
export type MemberSnapshot = Pick<Member, 'loginId' | 'email' | 'name' | 'locale' | 'role' | 'status' | 'createdAt'> & {
  /** Only where some are declared. */
  readonly attributes?: AttributeValues;
};

/** Reads members for events. SQL, because it runs inside logins while events are in use. */
@Injectable()
export class MemberSnapshotsRepository {
  constructor(private readonly attributes: MemberAttributes) {}

  /**
   * Reads the member as this transaction leaves it, and locks the row until commit: the events of
   * one member then commit in the order of their ids.
   * @returns null for a member who is erased
   */
  async lock(tx: Tx, id: string): Promise<MemberSnapshot | null> {
    const { rows } = await tx.query<MemberSnapshot>(
      `SELECT ${this.columns} FROM members WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
    );
    return rows[0] ? this.withAttributes(rows[0]) : null;
  }

  /** @returns the members by id; locks none */
  async list(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, MemberSnapshot>> {
    const { rows } = await sql.query<MemberSnapshot & { id: string }>(
      `SELECT id, ${this.columns} FROM members WHERE id = ANY ($1)`,
      [[...ids]],
    );
    return new Map(rows.map(({ id, ...member }) => [id, this.withAttributes(member)]));
  }

  private get columns(): string {
    return `login_id AS "loginId", email, name, locale, role, status, created_at AS "createdAt"${this.attributes.isDeclared ? ', attributes' : ''}`;
  }

  private withAttributes(member: MemberSnapshot): MemberSnapshot {
    if (!this.attributes.isDeclared) return member;
    return { ...member, attributes: this.attributes.selectForAdmin(member.attributes ?? null) };
  }
}
