import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Member } from '../member.entity.js';

/**
 * What happened to a consent: the member gave it, withdrew it, or was reminded of it. Rows are only
 * added, and a trigger refuses changes, because an agreement of 2026 has to be shown in 2031. The
 * rows are deleted with their member.
 */
@Entity('consents')
@Index('consents_member', ['memberId', 'id'])
@Index('consents_document_at', ['documentId', 'at'])
export class Consent {
  @PrimaryColumn('bigint', { generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @ForeignKey(() => Member, { name: 'consents_member_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'member_id' })
  memberId: string;
  @Column('text', { name: 'document_id' }) documentId: string;
  @Column('text') version: string;
  @Column('text') language: string;
  /** SHA-256 in hexadecimal of what the member agreed to. */
  @Column('text', { name: 'document_hash' }) documentHash: string;
  @Column('text') action: ConsentAction;
  /** For a sign-up, the time of its request and not of its confirmation. */
  @Column('timestamptz', { default: () => 'now()' }) at: Date;
  /** Empty for a reminder. */
  @Column('text') ip: string;
}

export type ConsentAction = 'given' | 'withdrawn' | 'reminded';
