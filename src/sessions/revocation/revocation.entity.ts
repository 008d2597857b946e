import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A session whose access tokens must be refused although they have not expired. Kept until the last of them has. */
@Entity('revocations')
@Index('revocations_expires_at', ['expiresAt'])
export class Revocation {
  @PrimaryColumn('uuid', { name: 'session_id' }) sessionId: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
}
