import type { PreparedStatement } from '../platform/database/database.js';
import type { Member, MemberStatus } from './member.entity.js';

/** The columns of a member that a login needs. */
export type LoginCandidate = Pick<
  Member,
  'id' | 'loginId' | 'email' | 'name' | 'passwordHash' | 'passwordVersion' | 'mustChangePassword'
> & {
  /** `unproven`: no member, but an imported account whose address is not proven. */
  readonly status: MemberStatus | 'unproven';
};

const COLUMNS = `id, login_id AS "loginId", email, name, password_hash AS "passwordHash", password_version AS "passwordVersion",
  must_change_password AS "mustChangePassword", status`;

/**
 * A member comes before an imported claim with the same login ID or address. One statement for both,
 * so that its time does not show which of them it was (EN-06).
 */
const textBy = (column: 'login_id' | 'email_key'): string => `SELECT ${COLUMNS} FROM members WHERE ${column} = $1
  UNION ALL
  SELECT id, login_id, email, name, password_hash, 1, false, 'unproven' FROM imported_claims
  WHERE ${column} = $1 AND NOT EXISTS (SELECT FROM members WHERE ${column} = $1)`;

const BY_LOGIN_ID = { name: 'candidate-by-login-id', text: textBy('login_id') };
const BY_EMAIL_KEY = { name: 'candidate-by-email-key', text: textBy('email_key') };

/** Finds by canonical address if the identifier contains an @, else by login ID. The identifier is `$1`. */
export const candidateStatement = (identifier: string): PreparedStatement =>
  identifier.includes('@') ? BY_EMAIL_KEY : BY_LOGIN_ID;

export const CANDIDATE_BY_ID = `SELECT ${COLUMNS} FROM members WHERE id = $1`;
