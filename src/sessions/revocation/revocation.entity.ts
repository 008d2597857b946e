import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * A session whose unexpired access tokens must be refused. The row is kept until the last of them
 * has expired.
 */
@Entity('revocations')
@Index('revocations_expires_at', ['expiresAt'])
export class Revocation {
  @PrimaryColumn('uuid', { name: 'session_id' }) sessionId: string;
  @Column('timestamptz', { name: 'revoked_at', default: () => 'now()' }) revokedAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
}
