import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A "it wasn't me" link that was used; it works once. */
@Entity('not_me_reports')
@Index('not_me_reports_reported_at', ['reportedAt'])
export class NotMeReport {
  @PrimaryColumn('uuid') id: string;
  @Column('timestamptz', { name: 'reported_at', default: () => 'now()' }) reportedAt: Date;
}
