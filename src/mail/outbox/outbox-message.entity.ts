import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';

/**
 * - `pending`: waits or is being sent
 * - `sent`: accepted by the mail server
 * - `dead`: refused permanently, or undeliverable for too long
 * - `dropped`: its code or link expired, was used or was replaced before the mail left
 * - `withheld`: never to be sent (unknown address, or mail budget used up); written so that the
 *   response time is the same as for a mail that is sent
 */
export type OutboxStatus = 'pending' | 'sent' | 'dead' | 'dropped' | 'withheld';

/** A mail in the outbox. Commits in one transaction with the change that causes it. */
@Entity('outbox_messages')
@Index('outbox_messages_fresh', ['availableAt'], { where: "status = 'pending' AND attempts = 0" })
@Index('outbox_messages_failed', ['availableAt'], { where: "status = 'pending' AND attempts > 0" })
@Index('outbox_messages_created_at', ['createdAt', 'id'])
@Index('outbox_messages_unsent', ['status', 'createdAt', 'id'], { where: "status <> 'sent'" })
@Index('outbox_messages_member', ['memberId'], { where: 'member_id IS NOT NULL' })
export class OutboxMessage {
  @PrimaryColumn('uuid') id: string;
  @Column('text') template: string;
  @Column('text') locale: MailLocale;
  @Column('text') status: OutboxStatus;
  /** Recipient and template data, encrypted with a key outside the database; erased after sending. */
  @Column('bytea', { nullable: true }) payload: Buffer | null;
  /** Fixed per row, so that mail programs recognise a mail sent twice after a crash (RFC 5322 section 3.6.4). */
  @Column('text', { name: 'message_id' }) messageId: string;
  @Column('uuid', { name: 'member_id', nullable: true }) memberId: string | null;
  /** The e-mail challenge whose code or link this mail carries. */
  @Column('uuid', { name: 'proof_id', nullable: true }) challengeId: string | null;
  @Column('int', { default: 0 }) attempts: number;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  /** When an administrator last had it sent again; from then on it is tried as long as a new one. */
  @Column('timestamptz', { name: 'retried_at', nullable: true }) retriedAt: Date | null;
  /** Next attempt: end of the backoff after a failure, or end of the lease of the process that is sending it. */
  @Column('timestamptz', { name: 'available_at', default: () => 'now()' }) availableAt: Date;
  /** Dropped if not sent by then. */
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
  @Column('text', { name: 'last_error', nullable: true }) lastError: string | null;
}
