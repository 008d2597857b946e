import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../users/member.entity.js';

/** What a challenge is for. A challenge of one purpose opens nothing else. */
export type EmailChallengePurpose = 'sign-up' | 'password-reset' | 'find-login-id' | 'email-change' | 'invitation';

/** The two ways to answer a challenge: by typing the mailed code, or by opening the mailed link. */
export type ChallengeMethod = 'code' | 'link';

/**
 * One mailed code and link. They are one row, so using either uses up both, and a newer request
 * replaces both.
 *
 * A request for an unknown address makes a decoy: a row without code and link. It is read, counted
 * and refused like any other, so that answers and their times do not show which addresses have an
 * account.
 */
@Entity('proof_requests')
@Index('proof_requests_link', ['linkDigest'], { unique: true })
@Index('proof_requests_email_key', ['emailKey', 'purpose'])
@Index('proof_requests_sign_up', ['signUpId'])
@Index('proof_requests_member', ['memberId'])
@Index('proof_requests_started_by', ['startedBy'], { where: 'started_by IS NOT NULL' })
// By the time when both code and link have expired. TypeORM cannot express "greatest", so only the
// migration describes it.
@Index('proof_requests_over', { synchronize: false })
export class EmailChallenge {
  @PrimaryColumn('uuid') id: string;
  @Column('text') purpose: EmailChallengePurpose;
  @Column('text', { name: 'email_key' }) emailKey: string;
  @ForeignKey(() => Member, { name: 'proof_requests_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id', nullable: true })
  memberId: string | null;
  // By name, because this module must not import the one that owns sign-ups.
  @ForeignKey('SignUp', { name: 'proof_requests_sign_up_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'sign_up_id', nullable: true })
  signUpId: string | null;
  /**
   * The login ID that a request for a reset named besides the address, right or wrong. Requests
   * that name another login ID or none do not touch this challenge: otherwise its end would show
   * whether address and login ID belong together (EN-07).
   */
  @Column('text', { name: 'named_login_id', nullable: true }) namedLoginId: string | null;
  /** For an address change: the address as typed, to which this challenge was mailed. */
  @Column('text', { name: 'new_email', nullable: true }) newEmail: string | null;
  /** For an address change: the member's address when it was requested (CC-10). */
  @Column('text', { name: 'old_email_key', nullable: true }) oldEmailKey: string | null;
  /**
   * For an address change, and for an invitation of another administrator: the administrator who
   * began it, with whose sessions it ends; null for the member or an operator. No foreign key: an
   * erased administrator has no right.
   */
  @Column('uuid', { name: 'started_by', nullable: true }) startedBy: string | null;
  /**
   * Keyed, because an attacker who reads the table finds a plain hash of six digits within a
   * million guesses.
   */
  @Column('bytea', { name: 'code_hmac', nullable: true }) codeHmac: Buffer | null;
  /** A plain SHA-256 is enough for 256 random bits. */
  @Column('bytea', { name: 'link_digest', nullable: true }) linkDigest: Buffer | null;
  @Column('int', { default: 0 }) guesses: number;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'code_expires_at' }) codeExpiresAt: Date;
  @Column('timestamptz', { name: 'link_expires_at' }) linkExpiresAt: Date;
  @Column('timestamptz', { name: 'spent_at', nullable: true }) spentAt: Date | null;
  /** Set when a newer request, a password change or a similar event made this challenge void. */
  @Column('timestamptz', { name: 'voided_at', nullable: true }) voidedAt: Date | null;
}
