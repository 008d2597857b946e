import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Role } from '../platform/http/principal.js';
import { LOCKS } from '../platform/database/advisory-locks.js';
import { Database } from '../platform/database/database.js';
import { isUniqueViolation } from '../platform/database/database-errors.js';
import { SharedStatement } from '../platform/database/shared-statement.js';
import type { Sql, Tx } from '../platform/database/sql.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { Member, type MemberStatus } from './member.entity.js';

/** What a login looks at. */
export type LoginCandidate = Pick<
  Member,
  'id' | 'loginId' | 'email' | 'name' | 'passwordHash' | 'passwordVersion' | 'mustChangePassword' | 'status'
>;

/** Somebody who is no member any more; for what other tables still know of them. */
export type ErasedMember = Pick<Member, 'id' | 'loginId'>;

export type NewMember = Pick<Member, 'loginId' | 'email' | 'emailKey' | 'passwordHash' | 'name' | 'locale'>;

const CANDIDATE = `id, login_id AS "loginId", email, name, password_hash AS "passwordHash", password_version AS "passwordVersion",
  must_change_password AS "mustChangePassword", status`;

const BY_LOGIN_ID = { name: 'member-by-login-id', text: `SELECT ${CANDIDATE} FROM members WHERE login_id = $1` };
const BY_EMAIL_KEY = { name: 'member-by-email-key', text: `SELECT ${CANDIDATE} FROM members WHERE email_key = $1` };

/** True of a row that can stop being an active administrator without leaving none. */
const ANOTHER_ADMIN_REMAINS = `(role <> 'admin' OR status <> 'active' OR EXISTS (
  SELECT FROM members other WHERE other.role = 'admin' AND other.status = 'active' AND other.id <> members.id))`;

/** True of a closed account that may still be opened again; `$2` is the grace in seconds. */
const WITHIN_GRACE = `status = 'closed' AND closed_at > now() - make_interval(secs => $2)`;

/** True of a closed account whose grace, the first parameter in seconds, is over. */
const ERASABLE = `status = 'closed' AND closed_at <= now() - make_interval(secs => $1)`;

/** A member, as far as mail to the address needs one. */
export type Addressee = Pick<Member, 'id' | 'loginId' | 'email' | 'name' | 'locale' | 'status'>;

export type Profile = Pick<Member, 'id' | 'loginId' | 'email' | 'name' | 'locale' | 'role' | 'createdAt'>;

const PROFILES = {
  name: 'member-profiles',
  text: `SELECT id, login_id AS "loginId", email, name, locale, role, created_at AS "createdAt" FROM members WHERE id = ANY($1)`,
};

/** Owns the table `members`. */
@Injectable()
export class MembersRepository {
  /** The answer of a signed-in member's most frequent request. */
  private readonly profiles: SharedStatement<string, Profile | undefined>;

  constructor(private readonly database: Database) {
    this.profiles = new SharedStatement(async (ids) => {
      const { rows } = await database.prepared<Profile>(PROFILES, [ids]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id));
    });
  }

  /** For login: by login ID, or by canonical address where there is an @ in it. */
  async findCandidate(identifier: string): Promise<LoginCandidate | null> {
    const statement = identifier.includes('@') ? BY_EMAIL_KEY : BY_LOGIN_ID;
    const { rows } = await this.database.prepared<LoginCandidate>(statement, [identifier]);
    return rows[0] ?? null;
  }

  /** For checking the password of a member who is signed in. @throws DomainError `session_ended` */
  async getCandidate(id: string): Promise<LoginCandidate> {
    const { rows } = await this.database.query<LoginCandidate>(`SELECT ${CANDIDATE} FROM members WHERE id = $1`, [id]);
    if (!rows[0]) throw new DomainError('session_ended', { detail: 'no such member' });
    return rows[0];
  }

  /** @throws DomainError `session_ended`: only an erased account gets here with a valid token. */
  async get(tx: Tx, id: string): Promise<Member> {
    const member = await this.find(tx, id);
    if (!member) throw new DomainError('session_ended', { detail: 'no such member' });
    return member;
  }

  async find(tx: Tx, id: string): Promise<Member | null> {
    return tx.manager.findOneBy(Member, { id });
  }

  /** What a member sees of themselves. @throws DomainError `session_ended`, as {@link get} */
  async getProfile(id: string): Promise<Profile> {
    const profile = await this.profiles.ask(id);
    if (!profile) throw new DomainError('session_ended', { detail: 'no such member' });
    return profile;
  }

  async findByEmailKey(tx: Tx, emailKey: string): Promise<Addressee | null> {
    // Not as an entity: making one takes time that would tell whether there is a row (EN-06).
    const { rows } = await tx.query<Addressee>(
      `SELECT id, login_id AS "loginId", email, name, locale, status FROM members WHERE email_key = $1`,
      [emailKey],
    );
    return rows[0] ?? null;
  }

  async isLoginIdTaken(loginId: string): Promise<boolean> {
    const { count } = await this.database.query(`SELECT FROM members WHERE login_id = $1`, [loginId]);
    return count > 0;
  }

  /** Locks the member's row until commit; false unless active and still at this password version. */
  async lockActive(tx: Tx, id: string, passwordVersion: number): Promise<boolean> {
    const { count } = await tx.query(
      `SELECT id FROM members WHERE id = $1 AND password_version = $2 AND status = 'active' FOR NO KEY UPDATE`,
      [id, passwordVersion],
    );
    return count === 1;
  }

  /** Locks the member's row until commit, so that whatever changes how logins work takes turns with logins. */
  async lock(tx: Tx, id: string): Promise<void> {
    await tx.query(`SELECT id FROM members WHERE id = $1 FOR NO KEY UPDATE`, [id]);
  }

  /** Locks the row of a member who may recover the account; gives the password version that is to be replaced. @throws DomainError `code_invalid` */
  async lockRecoverable(tx: Tx, id: string): Promise<number> {
    const { rows } = await tx.query<{ passwordVersion: number }>(
      `SELECT password_version AS "passwordVersion" FROM members WHERE id = $1 AND status <> 'disabled' FOR NO KEY UPDATE`,
      [id],
    );
    if (!rows[0]) throw new DomainError('code_invalid', { detail: 'the member is disabled or gone' });
    return rows[0].passwordVersion;
  }

  /** Locks the member's row until commit and gives it. @throws DomainError `not_found` */
  async getLocked(tx: Tx, id: string): Promise<Member> {
    await this.lock(tx, id);
    const member = await tx.manager.findOneBy(Member, { id });
    if (!member) throw new DomainError('not_found', { detail: 'no such member' });
    return member;
  }

  async isActiveAdmin(sql: Sql, id: string): Promise<boolean> {
    const { count } = await sql.query(`SELECT id FROM members WHERE id = $1 AND role = 'admin' AND status = 'active'`, [
      id,
    ]);
    return count === 1;
  }

  /**
   * Until commit, whatever could take an administrator away takes turns: of two who demote each other at the same moment,
   * the second one sees what the first has done. Taken before any member's row, so that nobody waits in a circle.
   */
  async lockAdministrators(tx: Tx): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock($1)`, [LOCKS.administrators]);
  }

  /** Under {@link lockAdministrators}. False when this would take the last active administrator away (AD-03). */
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

  /**
   * The next login with the right password leads to a new one and nowhere else. The version moves on as with a new password: what
   * was checked before, a login that is still hashing or a password change under way, comes too late (CC-04).
   */
  async demandPasswordChange(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `UPDATE members SET must_change_password = true, password_version = password_version + 1, updated_at = now() WHERE id = $1`,
      [id],
    );
  }

  /** The unique indexes decide between racers. @throws DomainError `email_taken`, `login_id_taken` */
  async insert(tx: Tx, member: NewMember): Promise<string> {
    const id = randomUUID();
    const { count } = await tx.query(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, name, locale) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id`,
      [id, member.loginId, member.email, member.emailKey, member.passwordHash, member.name, member.locale],
    );
    if (count === 1) return id;
    throw new DomainError((await this.findByEmailKey(tx, member.emailKey)) ? 'email_taken' : 'login_id_taken');
  }

  /** Sets a new password, also of a closed account, which logging in then restores; provided the one it replaces is still in place where `replacing` names its version. */
  async setPassword(tx: Tx, id: string, passwordHash: string, replacing?: number): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE members SET password_hash = $2, password_version = password_version + 1, must_change_password = false, updated_at = now()
       WHERE id = $1 AND status <> 'disabled' AND password_version = coalesce($3, password_version)`,
      [id, passwordHash, replacing ?? null],
    );
    return count === 1;
  }

  /** The unique index decides. @throws DomainError `email_taken` */
  async setEmail(tx: Tx, id: string, email: string, emailKey: string): Promise<void> {
    try {
      await tx.query(`UPDATE members SET email = $2, email_key = $3, updated_at = now() WHERE id = $1`, [
        id,
        email,
        emailKey,
      ]);
    } catch (error) {
      if (isUniqueViolation(error)) throw new DomainError('email_taken', { cause: error });
      throw error;
    }
  }

  /** As {@link setRole}; false also for an account that is not active. */
  async close(tx: Tx, id: string): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE members SET status = 'closed', closed_at = now() WHERE id = $1 AND status = 'active' AND ${ANOTHER_ADMIN_REMAINS}`,
      [id],
    );
    return count === 1;
  }

  /** Whether {@link restore} would open the account. */
  async isRestorable(id: string, graceSeconds: number): Promise<boolean> {
    const { count } = await this.database.query(`SELECT FROM members WHERE id = $1 AND ${WITHIN_GRACE}`, [
      id,
      graceSeconds,
    ]);
    return count === 1;
  }

  /** Opens a closed account again while its grace lasts. */
  async restore(tx: Tx, id: string, graceSeconds: number): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE members SET status = 'active', closed_at = NULL WHERE id = $1 AND ${WITHIN_GRACE}`,
      [id, graceSeconds],
    );
    return count === 1;
  }

  /** Some accounts whose grace is over, those closed first, but for these. */
  async findErasable(graceSeconds: number, limit: number, but: readonly string[]): Promise<string[]> {
    const { rows } = await this.database.query<{ id: string }>(
      `SELECT id FROM members WHERE ${ERASABLE} AND id <> ALL($3::uuid[]) ORDER BY closed_at LIMIT $2`,
      [graceSeconds, limit, [...but]],
    );
    return rows.map(({ id }) => id);
  }

  /** For how long the oldest account that should be erased has been due; 0 when there is none. */
  async measureErasureDelay(graceSeconds: number): Promise<number> {
    const { rows } = await this.database.query<{ seconds: number }>(
      `SELECT extract(epoch FROM now() - closed_at)::float8 - $1 AS seconds FROM members WHERE ${ERASABLE} ORDER BY closed_at LIMIT 1`,
      [graceSeconds],
    );
    return rows[0]?.seconds ?? 0;
  }

  /** Erases those of them whose grace is over and that nobody else is at; rows of other tables go with them. */
  async eraseClosed(tx: Tx, ids: readonly string[], graceSeconds: number): Promise<ErasedMember[]> {
    const { rows } = await tx.query<ErasedMember>(
      `DELETE FROM members WHERE id IN (
         SELECT id FROM members WHERE id = ANY($2) AND ${ERASABLE} FOR UPDATE SKIP LOCKED)
       RETURNING id, login_id AS "loginId"`,
      [graceSeconds, [...ids]],
    );
    return rows;
  }

  /** Stores the same password hashed more strongly; not a new password, so the version stays. */
  async upgradeHash(id: string, passwordVersion: number, passwordHash: string): Promise<void> {
    await this.database.query(`UPDATE members SET password_hash = $3 WHERE id = $1 AND password_version = $2`, [
      id,
      passwordVersion,
      passwordHash,
    ]);
  }

  async updateProfile(tx: Tx, id: string, changes: Partial<Pick<Member, 'name' | 'locale'>>): Promise<void> {
    await tx.manager.update(Member, { id }, { ...changes, updatedAt: () => 'now()' });
  }
}
