import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AttributeValues } from '../platform/attributes/member-attributes.js';
import { Database } from '../platform/database/database.js';
import { now } from '../platform/database/database-time.js';
import { isUniqueViolation } from '../platform/database/database-errors.js';
import { SharedStatement } from '../platform/database/shared-statement.js';
import type { Tx } from '../platform/database/sql.js';
import type { Role } from '../platform/http/principal.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { EmailChangesRepository } from './email-changes.repository.js';
import { CANDIDATE_BY_ID, candidateStatement, type LoginCandidate } from './login-candidate.js';
import { Member } from './member.entity.js';
import { PROFILES, type Profile } from './own-profile.js';

export type { LoginCandidate, Profile };

/** The columns of a member that a mail needs. */
export type Addressee = Pick<Member, 'id' | 'loginId' | 'email' | 'name' | 'locale' | 'status'>;

/** The columns of a member that a notification needs. */
export type NotifiedMember = Pick<Member, 'id' | 'loginId' | 'email' | 'emailKey' | 'name' | 'locale'>;

/** The columns that decide, once the member's row is locked, whether a request may still complete. */
export type LockedMember = Pick<Member, 'emailKey' | 'passwordVersion' | 'status'>;

export type NewMember = Pick<Member, 'loginId' | 'email' | 'emailKey' | 'passwordHash' | 'name' | 'locale'> & {
  /** Absent: the member gets a new id. */
  readonly memberId?: string;
  readonly attributes?: AttributeValues | null;
  /** ISO 8601; absent for a member who joins now. */
  readonly joinedAt?: string | null;
  readonly loginIdGenerated?: boolean;
  readonly role?: Role;
};

/** True for a closed account that can still be restored; `$2` is the grace period in seconds. */
const WITHIN_GRACE = `status = 'closed' AND closed_at > now() - make_interval(secs => $2)`;

/**
 * Owns the table `members`. Login, recovery and the own profile are hot: prepared SQL. Whole
 * members and profile changes are cold: TypeORM. {@link MemberAdministrationRepository} and
 * {@link AccountErasureRepository} hold the statements of administrators and of the erasure job.
 */
@Injectable()
export class MembersRepository {
  private readonly profiles: SharedStatement<string, Profile | undefined>;

  constructor(
    private readonly database: Database,
    private readonly emailChanges: EmailChangesRepository,
  ) {
    this.profiles = new SharedStatement(async (ids) => {
      const { rows } = await database.prepared<Profile>(PROFILES, [ids]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id));
    });
  }

  /**
   * Finds a member for a login, or an imported account that is not proven: by canonical address if
   * the identifier contains an @, else by login ID.
   */
  async findCandidate(identifier: string): Promise<LoginCandidate | null> {
    const { rows } = await this.database.prepared<LoginCandidate>(candidateStatement(identifier), [identifier]);
    return rows[0] ?? null;
  }

  /**
   * For checking the password of a signed-in member.
   * @throws DomainError `session_ended`
   */
  async getCandidate(id: string): Promise<LoginCandidate> {
    const candidate = await this.findCandidateById(id);
    if (!candidate) throw new DomainError('session_ended', { detail: 'no such member' });
    return candidate;
  }

  async findCandidateById(id: string): Promise<LoginCandidate | null> {
    const { rows } = await this.database.query<LoginCandidate>(CANDIDATE_BY_ID, [id]);
    return rows[0] ?? null;
  }

  /** @throws DomainError `session_ended`: only an erased member has a valid token and no row */
  async get(tx: Tx, id: string): Promise<Member> {
    const member = await this.find(tx, id);
    if (!member) throw new DomainError('session_ended', { detail: 'no such member' });
    return member;
  }

  async find(tx: Tx, id: string): Promise<Member | null> {
    return tx.manager.findOneBy(Member, { id });
  }

  /** @throws DomainError `session_ended`, as {@link get} */
  async getProfile(id: string): Promise<Profile> {
    const profile = await this.profiles.run(id);
    if (!profile) throw new DomainError('session_ended', { detail: 'no such member' });
    return profile;
  }

  async updateProfile(tx: Tx, id: string, changes: Partial<Pick<Member, 'name' | 'locale'>>): Promise<void> {
    await tx.manager.update(Member, { id }, { ...changes, updatedAt: now });
  }

  async findByEmailKey(tx: Tx, emailKey: string): Promise<Addressee | null> {
    // Not TypeORM: building an entity takes time that would reveal whether there is a row (EN-06).
    const { rows } = await tx.query<Addressee>(
      `SELECT id, login_id AS "loginId", email, name, locale, status FROM members WHERE email_key = $1`,
      [emailKey],
    );
    return rows[0] ?? null;
  }

  /**
   * Creates a member. Unique indexes decide between two requests at once.
   * @throws DomainError `email_taken`, `login_id_taken`
   */
  async insert(tx: Tx, member: NewMember): Promise<string> {
    const id = member.memberId ?? randomUUID();
    const { count } = await tx.query(
      `INSERT INTO members (id, login_id, email, email_key, password_hash, name, locale, attributes, created_at, login_id_generated, role)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, now()), $10, $11) ON CONFLICT DO NOTHING RETURNING id`,
      [
        ...[id, member.loginId, member.email, member.emailKey, member.passwordHash, member.name, member.locale],
        ...[
          member.attributes ?? null,
          member.joinedAt ?? null,
          member.loginIdGenerated ?? false,
          member.role ?? 'member',
        ],
      ],
    );
    if (count !== 1)
      throw new DomainError((await this.findByEmailKey(tx, member.emailKey)) ? 'email_taken' : 'login_id_taken');
    await this.emailChanges.checkNotReserved(tx, member.emailKey, id);
    return id;
  }

  /**
   * Locks the member's row until commit, so that logins and changes of the member's password or
   * second factors run one after the other.
   * @returns null where the member was erased
   */
  async lock(tx: Tx, id: string): Promise<LockedMember | null> {
    const { rows } = await tx.query<LockedMember>(
      `SELECT email_key AS "emailKey", password_version AS "passwordVersion", status FROM members WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** As {@link lock}, and reads what a notification needs. */
  async lockNotified(tx: Tx, id: string): Promise<(LockedMember & NotifiedMember) | null> {
    const { rows } = await tx.query<LockedMember & NotifiedMember>(
      `SELECT id, login_id AS "loginId", email, email_key AS "emailKey", name, locale, password_version AS "passwordVersion", status
       FROM members WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** As {@link lock}, for several members. Rows are locked in the order of their ids, so that two transactions cannot deadlock. */
  async lockAll(tx: Tx, ids: readonly string[]): Promise<void> {
    await tx.query(`SELECT id FROM members WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, [[...ids]]);
  }

  /** As {@link lock}, and reads the row. */
  async findLocked(tx: Tx, id: string): Promise<Member | null> {
    return tx.manager.findOne(Member, { where: { id }, lock: { mode: 'for_no_key_update' } });
  }

  async hasPassword(tx: Tx, id: string): Promise<boolean> {
    const { count } = await tx.query(`SELECT FROM members WHERE id = $1 AND password_hash IS NOT NULL`, [id]);
    return count === 1;
  }

  /**
   * Sets a new password, also for a closed account, which the next login then restores.
   * @param passwordHash null for no password
   * @param replacedVersion if set, the password must still have this version
   * @returns false if the password has another version, or if the member is disabled or erased
   */
  async setPassword(tx: Tx, id: string, passwordHash: string | null, replacedVersion?: number): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE members SET password_hash = $2, password_version = password_version + 1, must_change_password = false, updated_at = now()
       WHERE id = $1 AND status <> 'disabled' AND password_version = coalesce($3, password_version)`,
      [id, passwordHash, replacedVersion ?? null],
    );
    return count === 1;
  }

  /** Stores a stronger hash of the same password, so the version stays. */
  async upgradeHash(id: string, passwordVersion: number, passwordHash: string): Promise<void> {
    await this.database.query(`UPDATE members SET password_hash = $3 WHERE id = $1 AND password_version = $2`, [
      id,
      passwordVersion,
      passwordHash,
    ]);
  }

  /**
   * Sets a new mail address. The unique index decides between two requests at once.
   * @throws DomainError `email_taken`, also where another member can still go back to the address
   */
  async setEmail(tx: Tx, id: string, email: string, emailKey: string): Promise<void> {
    try {
      const values = [id, email, emailKey];
      await tx.query(`UPDATE members SET email = $2, email_key = $3, updated_at = now() WHERE id = $1`, values);
    } catch (error) {
      if (isUniqueViolation(error)) throw new DomainError('email_taken', { cause: error });
      throw error;
    }
    await this.emailChanges.checkNotReserved(tx, emailKey, id);
  }

  /** Whether {@link restore} would restore the account. */
  async isRestorable(id: string, graceSeconds: number): Promise<boolean> {
    const { count } = await this.database.query(`SELECT FROM members WHERE id = $1 AND ${WITHIN_GRACE}`, [
      id,
      graceSeconds,
    ]);
    return count === 1;
  }

  /**
   * Opens a closed account again.
   * @returns false if the account is not closed, or its grace period is over
   */
  async restore(tx: Tx, id: string, graceSeconds: number): Promise<boolean> {
    const { count } = await tx.query(
      `UPDATE members SET status = 'active', closed_at = NULL WHERE id = $1 AND ${WITHIN_GRACE}`,
      [id, graceSeconds],
    );
    return count === 1;
  }
}
