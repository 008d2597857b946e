import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/** The public half of a key pair whose private half stays in the member's device, security key or password manager. */
@Entity('passkeys')
@Index('passkeys_credential', ['credentialId'], { unique: true })
@Index('passkeys_member', ['memberId'])
export class Passkey {
  @PrimaryColumn('uuid') id: string;
  @ForeignKey(() => Member, { name: 'passkeys_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  /** The name the authenticator gave it; random, and no secret. */
  @Column('bytea', { name: 'credential_id' }) credentialId: Buffer;
  /** COSE, as it came (RFC 9052 section 7). */
  @Column('bytea', { name: 'public_key' }) publicKey: Buffer;
  /** How often it has signed, as far as it says so; synchronised passkeys always say 0. */
  @Column('bigint', { name: 'sign_count' }) signCount: string;
  /** How browsers reach it: `internal`, `hybrid`, `usb` … */
  @Column('text', { array: true }) transports: string[];
  /** Whether it may be copied to other devices. Never changes. */
  @Column('boolean', { name: 'backup_eligible' }) backupEligible: boolean;
  /** Whether there is such a copy, as of its last use. */
  @Column('boolean', { name: 'backed_up' }) backedUp: boolean;
  /**
   * Whether it checked its owner (PIN, finger, face) when it was registered, or since then beside the password (`uvInitialized`
   * in WebAuthn level 3). Only then may it stand for both factors: whoever finds a key without a PIN can set one.
   */
  @Column('boolean', { name: 'user_verified' }) userVerified: boolean;
  @Column('text', { nullable: true }) name: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
}
