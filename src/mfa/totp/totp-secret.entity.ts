import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/**
 * A member's authenticator app. Until the first code confirms it, logins do not need it and it may
 * be replaced.
 */
@Entity('totp_secrets')
export class TotpSecret {
  @ForeignKey(() => Member, { name: 'totp_secrets_member_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'member_id' })
  memberId: string;
  /**
   * Encrypted and not hashed, because checking a code needs the secret. The key is not in the
   * database.
   */
  @Column('bytea', { name: 'sealed' }) encryptedSecret: Buffer;
  /** Names the SECRET whose key encrypted it (`KeyRing.ids`); null in rows written before 1.0.0. */
  @Column('text', { name: 'key_id', nullable: true }) keyId: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'confirmed_at', nullable: true }) confirmedAt: Date | null;
  /**
   * The newest 30-second step whose code was accepted. Codes up to it are refused (RFC 6238 section
   * 5.2).
   */
  @Column('bigint', { name: 'last_step', default: 0 }) lastStep: string;
}
