import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * Consecutive wrong passwords or, counted separately, wrong second factors of one account: from one
 * known device, in one session, or from all unknown devices together.
 */
@Entity('login_failures')
@Index('login_failures_account', ['account'])
@Index('login_failures_updated_at', ['updatedAt'])
export class LoginFailure {
  /** Keyed digest of (account or identifier, device or session), so that the table holds no names. */
  @PrimaryColumn('bytea') key: Buffer;
  /** Keyed digest of the account alone, to end all its waits together. */
  @Column('bytea') account: Buffer;
  @Column('int') failures: number;
  @Column('timestamptz', { name: 'blocked_until', nullable: true }) blockedUntil: Date | null;
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' }) updatedAt: Date;
}
