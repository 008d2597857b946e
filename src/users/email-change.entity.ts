import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from './member.entity.js';

/**
 * A change of a member's address. The row keeps the previous address for a while, so that the member
 * can undo the change with the link that was mailed there. While the change can be undone, no other
 * account can take the previous address.
 */
@Entity('email_changes')
@Index('email_changes_undo', ['undoDigest'], { unique: true })
@Index('email_changes_member', ['memberId'])
@Index('email_changes_undo_until', ['undoUntil'])
@Index('email_changes_old_email_key', ['oldEmailKey'], { where: 'closed_at IS NULL' })
export class EmailChange {
  @PrimaryColumn('uuid') id: string;
  @ForeignKey(() => Member, { name: 'email_changes_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  @Column('text', { name: 'old_email' }) oldEmail: string;
  @Column('text', { name: 'old_email_key' }) oldEmailKey: string;
  @Column('bytea', { name: 'undo_digest' }) undoDigest: Buffer;
  @Column('timestamptz', { name: 'changed_at', default: () => 'now()' }) changedAt: Date;
  @Column('timestamptz', { name: 'undo_until' }) undoUntil: Date;
  /** Since when it can no longer be undone: it was, alone or with an older one, or a backup was restored. */
  @Column('timestamptz', { name: 'closed_at', nullable: true }) closedAt: Date | null;
}
