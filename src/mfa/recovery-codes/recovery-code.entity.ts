import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/** One of ten single-use codes that replace a lost second factor. */
@Entity('recovery_codes')
@Index('recovery_codes_member', ['memberId'])
export class RecoveryCode {
  /**
   * Keyed digest of the member and a hash of the code; before 1.0.0, of the code itself. 80 random
   * bits would be safe without a key; the key is a second line of defence.
   */
  @PrimaryColumn('bytea') digest: Buffer;
  /**
   * The hash that the digest is made of, encrypted. When SECRET changes, it yields the new digest
   * without the code, which is not stored. Null for codes from before 1.0.0.
   */
  @Column('bytea', { name: 'sealed', nullable: true }) encryptedHash: Buffer | null;
  /**
   * Names the SECRET that both keys come from (`KeyRing.ids`); null for codes from before 1.0.0.
   */
  @Column('text', { name: 'key_id', nullable: true }) keyId: string | null;
  @ForeignKey(() => Member, { name: 'recovery_codes_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  /** Null for codes made before this column existed; they count as old. */
  @Column('timestamptz', { name: 'created_at', nullable: true, default: () => 'now()' }) createdAt: Date | null;
  @Column('timestamptz', { name: 'used_at', nullable: true }) usedAt: Date | null;
}
