import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * An account of another system that has become a member. Written in the commit that adds the
 * member, so that an import that is run again adds none twice. It names neither account nor member,
 * and outlives the member, whom a later import must not bring back.
 */
@Entity('import_journal')
export class ImportJournalEntry {
  /** SHA-256 of source and source id. */
  @PrimaryColumn('bytea', { name: 'row_key' }) rowKey: Buffer;
  @Column('text') source: string;
  @Column('timestamptz', { name: 'imported_at', default: () => 'now()' }) importedAt: Date;
}
