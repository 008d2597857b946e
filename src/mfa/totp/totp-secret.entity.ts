import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/** A member's authenticator app. Until it is confirmed with a first code it protects nothing and may be replaced. */
@Entity('totp_secrets')
export class TotpSecret {
  @ForeignKey(() => Member, { name: 'totp_secrets_member_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'member_id' })
  memberId: string;
  /** Encrypted with a key outside the database: unlike a password it has to be readable. */
  @Column('bytea') sealed: Buffer;
  /** Names the secret that the key comes from (`KeyRing.ids`); null where a version before 1.0.0 sealed it. */
  @Column('text', { name: 'key_id', nullable: true }) keyId: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'confirmed_at', nullable: true }) confirmedAt: Date | null;
  /** The newest 30-second step whose code was accepted; neither it nor an older one is accepted again (RFC 6238 section 5.2). */
  @Column('bigint', { name: 'last_step', default: 0 }) lastStep: string;
}
