import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/** One of ten codes for the day the phone is lost. Used once. */
@Entity('recovery_codes')
@Index('recovery_codes_member', ['memberId'])
export class RecoveryCode {
  /** Keyed digest of member and code: 80 random bits would do with a plain one, and a key costs nothing. */
  @PrimaryColumn('bytea') digest: Buffer;
  /**
   * What the digest is made of, itself a hash of member and code, encrypted: when SECRET changes, the digest can be made anew
   * without knowing the code. Null for codes from before 1.0.0.
   */
  @Column('bytea', { nullable: true }) sealed: Buffer | null;
  /** Names the secret that both keys come from (`KeyRing.ids`); null for codes from before 1.0.0. */
  @Column('text', { name: 'key_id', nullable: true }) keyId: string | null;
  @ForeignKey(() => Member, { name: 'recovery_codes_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  /** Null for codes from before this was noted, which count as old. */
  @Column('timestamptz', { name: 'created_at', nullable: true, default: () => 'now()' }) createdAt: Date | null;
  @Column('timestamptz', { name: 'used_at', nullable: true }) usedAt: Date | null;
}
