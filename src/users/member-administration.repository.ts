import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { LOCKS } from '../platform/database/advisory-locks.js';
import { now } from '../platform/database/database-time.js';
import type { Tx } from '../platform/database/sql.js';
import type { Role } from '../platform/http/principal.js';
import { Member, type MemberStatus } from './member.entity.js';

/** True for a member who is not an active administrator, or not the only one (AD-03). */
const ANOTHER_ADMIN_REMAINS = `(role <> 'admin' OR status <> 'active' OR EXISTS (
  SELECT FROM members other WHERE other.role = 'admin' AND other.status = 'active' AND other.id <> members.id))`;

/**
 * Changes of the table `members` that concern roles and status. Cold: TypeORM. The statements that
 * must keep one administrator are SQL, because their `WHERE` and row count decide.
 */
@Injectable()
export class MemberAdministrationRepository {
  async isActiveAdmin({ manager }: { readonly manager: EntityManager }, id: string): Promise<boolean> {
    return manager.existsBy(Member, { id, role: 'admin', status: 'active' });
  }

  /**
   * Until commit, all changes that could remove an administrator run one after the other: when two
   * administrators demote each other at once, the second transaction sees the change of the first.
   * Take this lock before locking the row of any member; otherwise two transactions could deadlock.
   */
  async lockAdministrators(tx: Tx): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock($1)`, [LOCKS.administrators]);
  }

  /**
   * Needs {@link lockAdministrators}.
   * @returns false when no active administrator would remain (AD-03)
   */
  async setRole(tx: Tx, id: string, role: Role): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE members SET role = $2, updated_at = now() WHERE id = $1 AND ($2 = 'admin' OR ${ANOTHER_ADMIN_REMAINS})`,
      [id, role],
    );
    return count === 1;
  }

  /** As {@link setRole}. */
  async setStatus(tx: Tx, id: string, status: Exclude<MemberStatus, 'closed'>): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE members SET status = $2, updated_at = now() WHERE id = $1 AND ($2 = 'active' OR ${ANOTHER_ADMIN_REMAINS})`,
      [id, status],
    );
    return count === 1;
  }

  /** As {@link setRole}, and false for an account that is not active. */
  async close(tx: Tx, id: string): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE members SET status = 'closed', closed_at = now() WHERE id = $1 AND status = 'active' AND ${ANOTHER_ADMIN_REMAINS}`,
      [id],
    );
    return count === 1;
  }

  /**
   * As {@link setRole}, for a member in any state. No login restores the account: it counts as closed
   * since before the grace period, so that the next round of the erasure deletes it.
   */
  async closeForGood(tx: Tx, id: string, graceSeconds: number): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE members SET status = 'closed', closed_at = now() - make_interval(secs => $2) WHERE id = $1 AND ${ANOTHER_ADMIN_REMAINS}`,
      [id, graceSeconds],
    );
    return count === 1;
  }

  /** The administrators who are mailed about the service itself: at most a hundred. */
  async listActiveAdministrators(tx: Tx): Promise<Member[]> {
    return tx.manager.find(Member, {
      where: { role: 'admin', status: 'active' },
      order: { createdAt: 'ASC' },
      take: 100,
    });
  }

  /**
   * After this, a login with the right password leads only to a new password. The password version
   * increases as with a new password, so that a login or password change whose password was checked
   * before is refused (CC-04).
   * @param removesPassword so that the present one leads to nothing any more
   */
  async demandPasswordChange(tx: Tx, id: string, removesPassword: boolean): Promise<void> {
    await tx.manager.update(
      Member,
      { id },
      {
        ...(removesPassword && { passwordHash: null }),
        mustChangePassword: true,
        passwordVersion: () => 'password_version + 1',
        updatedAt: now,
      },
    );
  }
}
