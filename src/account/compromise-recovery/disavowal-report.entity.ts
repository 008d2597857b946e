import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A used "it wasn't me" link, with the id of its token as key. Each link works once. */
@Entity('not_me_reports')
@Index('not_me_reports_reported_at', ['reportedAt'])
export class DisavowalReport {
  @PrimaryColumn('uuid') id: string;
  @Column('timestamptz', { name: 'reported_at', default: () => 'now()' }) reportedAt: Date;
}
