import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Locale } from '../../platform/i18n/locale.js';

/**
 * A pending claim: somebody says an address is theirs. It has its own password and reserves nothing, so whoever signs
 * up first with somebody else's address gains nothing by it: a mailbox proof activates only the claim it was mailed for.
 */
@Entity('sign_ups')
@Index('sign_ups_handle', ['handleDigest'], { unique: true })
@Index('sign_ups_email_key', ['emailKey'])
@Index('sign_ups_expires_at', ['expiresAt'])
export class SignUp {
  @PrimaryColumn('uuid') id: string;
  /** Digest of the `signUpId` that only the client which signed up holds. */
  @Column('bytea', { name: 'handle_digest' }) handleDigest: Buffer;
  @Column('text', { name: 'login_id' }) loginId: string;
  @Column('text') email: string;
  @Column('text', { name: 'email_key' }) emailKey: string;
  /** Empty once this claim is confirmed, as the member has it then, or another one on its address is. */
  @Column('text', { name: 'password_hash' }) passwordHash: string;
  @Column('text', { nullable: true }) name: string | null;
  @Column('text') locale: Locale;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  /** When its code was mailed last; null for as long as the address had its share of mail, and nobody can have the code. */
  @Column('timestamptz', { name: 'mailed_at', nullable: true }) mailedAt: Date | null;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'confirmed_at', nullable: true }) confirmedAt: Date | null;
}
