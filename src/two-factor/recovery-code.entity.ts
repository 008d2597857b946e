import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../users/member.entity.js';

/** One of ten codes for the day the phone is lost. Used once. */
@Entity('recovery_codes')
@Index('recovery_codes_member', ['memberId'])
export class RecoveryCode {
  /** Keyed digest of member and code: 80 random bits would do with a plain one, and a key costs nothing. */
  @PrimaryColumn('bytea') digest: Buffer;
  @ForeignKey(() => Member, { name: 'recovery_codes_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  @Column('timestamptz', { name: 'used_at', nullable: true }) usedAt: Date | null;
}
