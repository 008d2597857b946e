import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Failed logins in a row to one account from one device, or from all unknown devices together. */
@Entity('login_failures')
@Index('login_failures_account', ['account'])
@Index('login_failures_updated_at', ['updatedAt'])
export class LoginFailure {
  /** Keyed digest of (account or identifier, device): the table names nobody. */
  @PrimaryColumn('bytea') key: Buffer;
  /** Keyed digest of the account alone, so that all its waits can be ended together. */
  @Column('bytea') account: Buffer;
  @Column('int') failures: number;
  @Column('timestamptz', { name: 'blocked_until', nullable: true }) blockedUntil: Date | null;
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' }) updatedAt: Date;
}
