import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/**
 * What the signature is for: registering the passkey, the second step of a login (or
 * reauthentication in a session), or a login without a password.
 */
export type PasskeyPurpose = 'registration' | 'second-factor' | 'login';

/** Random bytes that a passkey must sign. The first response, right or wrong, deletes the row. */
@Entity('passkey_challenges')
@Index('passkey_challenges_member', ['memberId'])
@Index('passkey_challenges_expires_at', ['expiresAt'])
export class PasskeyChallenge {
  /** Digest of the challenge in base64url, the form in which the signed client data contain it. */
  @PrimaryColumn('bytea') digest: Buffer;
  @Column('text') purpose: PasskeyPurpose;
  /** The member whose passkey must sign; null for a login that begins with the passkey. */
  @ForeignKey(() => Member, { name: 'passkey_challenges_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id', nullable: true })
  memberId: string | null;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
}
