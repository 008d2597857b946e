import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../users/member.entity.js';

/** What a mailbox proof is good for. A proof for one purpose opens nothing else. */
export type EmailChallengePurpose = 'sign-up' | 'password-reset' | 'find-login-id' | 'email-change';

/**
 * One mailed code and link. They are one row, so using either uses up both, and a newer request replaces both.
 *
 * For an address nobody has there is a row too, without code or link: a phantom. It is looked up, counted against and
 * refused in the same way, so that the answers and the time they take say nothing about who has an account.
 */
@Entity('proof_requests')
@Index('proof_requests_link', ['linkDigest'], { unique: true })
@Index('proof_requests_email_key', ['emailKey', 'purpose'])
@Index('proof_requests_sign_up', ['signUpId'])
@Index('proof_requests_member', ['memberId'])
// By when code and link are both over; TypeORM cannot say "greatest", so the migration alone describes it.
@Index('proof_requests_over', { synchronize: false })
export class EmailChallenge {
  @PrimaryColumn('uuid') id: string;
  @Column('text') purpose: EmailChallengePurpose;
  @Column('text', { name: 'email_key' }) emailKey: string;
  @ForeignKey(() => Member, { name: 'proof_requests_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id', nullable: true })
  memberId: string | null;
  // By name: what a proof is for is known to the features above this module, not to it.
  @ForeignKey('SignUp', { name: 'proof_requests_sign_up_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'sign_up_id', nullable: true })
  signUpId: string | null;
  /**
   * The login ID that a request for a reset named besides the address, theirs or not. Requests that name another, or none,
   * do not touch this proof: what becomes of it must not tell whether the two belong together (EN-07).
   */
  @Column('text', { name: 'named_login_id', nullable: true }) namedLoginId: string | null;
  /** For an address change: the address as typed, which this proof was mailed to. */
  @Column('text', { name: 'new_email', nullable: true }) newEmail: string | null;
  /** Keyed, because a plain hash of six digits falls to a million guesses by anyone who reads the table. */
  @Column('bytea', { name: 'code_hmac', nullable: true }) codeHmac: Buffer | null;
  /** Plain SHA-256 will do for 256 random bits. */
  @Column('bytea', { name: 'link_digest', nullable: true }) linkDigest: Buffer | null;
  @Column('int', { default: 0 }) guesses: number;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'code_expires_at' }) codeExpiresAt: Date;
  @Column('timestamptz', { name: 'link_expires_at' }) linkExpiresAt: Date;
  @Column('timestamptz', { name: 'spent_at', nullable: true }) spentAt: Date | null;
  /** Set when a newer request, a password change or the like made this one void. */
  @Column('timestamptz', { name: 'voided_at', nullable: true }) voidedAt: Date | null;
}
