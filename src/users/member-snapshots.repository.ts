import { Injectable } from '@nestjs/common';
import { MemberAttributes, type AttributeValues } from '../platform/attributes/member-attributes.js';
import type { Tx } from '../platform/database/sql.js';
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
      `SELECT login_id AS "loginId", email, name, locale, role, status, created_at AS "createdAt"${this.attributes.isDeclared ? ', attributes' : ''}
       FROM members WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
    );
    const [member] = rows;
    if (!member || !this.attributes.isDeclared) return member ?? null;
    return { ...member, attributes: this.attributes.selectForAdmin(member.attributes ?? null) };
  }
}
