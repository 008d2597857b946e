import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../../users/member.entity.js';

/**
 * A coarse network of a member's logins, and of the refreshes that the risk rules assessed. It is
 * deleted some time after it was last seen.
 */
@Entity('known_networks')
@Index('known_networks_last_seen_at', ['lastSeenAt'])
export class KnownNetwork {
  @ForeignKey(() => Member, { name: 'known_networks_member_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'member_id' })
  memberId: string;
  @PrimaryColumn('text') network: string;
  @Column('text', { nullable: true }) country: string | null;
  @Column('timestamptz', { name: 'first_seen_at', default: () => 'now()' }) firstSeenAt: Date;
  /** The last arrival: a login, or a refresh that the risk rules assessed. */
  @Column('timestamptz', { name: 'last_seen_at', default: () => 'now()' }) lastSeenAt: Date;
}
