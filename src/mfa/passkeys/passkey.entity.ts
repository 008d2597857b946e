import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/**
 * The public half of a key pair whose private half stays in the member's device, security key or
 * password manager.
 */
@Entity('passkeys')
@Index('passkeys_credential', ['credentialId'], { unique: true })
@Index('passkeys_member', ['memberId'])
export class Passkey {
  @PrimaryColumn('uuid') id: string;
  @ForeignKey(() => Member, { name: 'passkeys_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  /** The id the authenticator gave it: random, not secret. */
  @Column('bytea', { name: 'credential_id' }) credentialId: Buffer;
  /** A COSE key as received (RFC 9052 section 7). */
  @Column('bytea', { name: 'public_key' }) publicKey: Buffer;
  /**
   * The number of its signatures, as the authenticator reports it; synchronised passkeys always
   * report 0.
   */
  @Column('bigint', { name: 'sign_count' }) signCount: string;
  /** How browsers reach the authenticator: `internal`, `hybrid`, `usb` … */
  @Column('text', { array: true }) transports: string[];
  /** Whether it may be copied to other devices. A passkey never changes this. */
  @Column('boolean', { name: 'backup_eligible' }) backupEligible: boolean;
  /** Whether a copy existed at the last use. */
  @Column('boolean', { name: 'backed_up' }) backedUp: boolean;
  /**
   * Whether the authenticator verified its user (PIN, finger, face) at registration or at a later
   * use after a right password (`uvInitialized` in WebAuthn level 3). Only then may the passkey serve
   * as both factors: a thief could set a PIN on a security key that has none. Set back to false for
   * recent passkeys when the account is reported as compromised.
   */
  @Column('boolean', { name: 'user_verified' }) userVerified: boolean;
  @Column('text', { nullable: true }) name: string | null;
  /** The kind of authenticator, as it claims; null if it names none, and for older rows. */
  @Column('uuid', { nullable: true }) aaguid: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
}
