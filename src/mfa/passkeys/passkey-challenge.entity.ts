import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/** What a passkey is to sign: registering it, the second step of a login, or a login without a password. */
export type PasskeyPurpose = 'registration' | 'second-factor' | 'login';

/** Random bytes that a passkey signs, once and soon. The row goes when an answer comes, right or wrong. */
@Entity('passkey_challenges')
@Index('passkey_challenges_member', ['memberId'])
@Index('passkey_challenges_expires_at', ['expiresAt'])
export class PasskeyChallenge {
  /** Of the challenge in base64url, as it stands in the signed client data. */
  @PrimaryColumn('bytea') digest: Buffer;
  @Column('text') purpose: PasskeyPurpose;
  /** Whose passkey is asked for; null for a login that begins with the passkey. */
  @ForeignKey(() => Member, { name: 'passkey_challenges_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id', nullable: true })
  memberId: string | null;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
}
