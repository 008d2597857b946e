import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Locale } from '../../platform/i18n/locale.js';

/**
 * `pending` waits or is being sent; `sent` was accepted by the mail server; `dead` was refused for good or tried too often;
 * `dropped` was overtaken: what it carried had expired or been used; `withheld` was never meant to go out
 * (unknown address, or too many mails to it) and is written so that both cases do the same work.
 */
export type OutboxStatus = 'pending' | 'sent' | 'dead' | 'dropped' | 'withheld';

/** A mail to be sent. Commits with the change that caused it, so neither can be had without the other. */
@Entity('outbox_messages')
@Index('outbox_messages_fresh', ['availableAt'], { where: "status = 'pending' AND attempts = 0" })
@Index('outbox_messages_failed', ['availableAt'], { where: "status = 'pending' AND attempts > 0" })
@Index('outbox_messages_created_at', ['createdAt', 'id'])
@Index('outbox_messages_unsent', ['status', 'createdAt', 'id'], { where: "status <> 'sent'" })
@Index('outbox_messages_member', ['memberId'], { where: 'member_id IS NOT NULL' })
export class OutboxMessage {
  @PrimaryColumn('uuid') id: string;
  @Column('text') template: string;
  @Column('text') locale: Locale;
  @Column('text') status: OutboxStatus;
  /** Recipient and template data, encrypted with a key outside the database; erased once the mail is gone. */
  @Column('bytea', { nullable: true }) payload: Buffer | null;
  /** Fixed per row, so that a mail sent twice after a crash is recognised as one (RFC 5322 section 3.6.4). */
  @Column('text', { name: 'message_id' }) messageId: string;
  @Column('uuid', { name: 'member_id', nullable: true }) memberId: string | null;
  /** The proof this mail carries; when that is over, so is the mail. */
  @Column('uuid', { name: 'proof_id', nullable: true }) proofId: string | null;
  @Column('int', { default: 0 }) attempts: number;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  /** Not before this: backoff after a failure, or the lease of the process that is sending it. */
  @Column('timestamptz', { name: 'available_at', default: () => 'now()' }) availableAt: Date;
  /** Pointless after this. */
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
  @Column('text', { name: 'last_error', nullable: true }) lastError: string | null;
}
