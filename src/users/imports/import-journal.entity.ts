import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * An account of another system that was imported, as a member or as a claim. The entry is written in the
 * commit that adds the member or claim, so that a second run of the import adds none twice. The entry
 * names neither account nor member. It outlives the member, whom a later import must not bring back.
 */
@Entity('import_journal')
export class ImportJournalEntry {
  /** SHA-256 of the source and the id of the account there, see `importKeyOf`. */
  @PrimaryColumn('bytea', { name: 'row_key' }) rowKey: Buffer;
  @Column('text') source: string;
  @Column('timestamptz', { name: 'imported_at', default: () => 'now()' }) importedAt: Date;
}
