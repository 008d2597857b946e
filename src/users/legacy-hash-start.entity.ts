import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * Where the proportion of one kind of hash begins. It decides which unknown accounts are compared
 * with a hash of this kind. Stored by an import, so that these accounts stay the same while members
 * with other kinds become fewer.
 */
@Entity('legacy_hash_starts')
export class LegacyHashStart {
  /** Scheme and cost. */
  @PrimaryColumn('text') kind: string;
  /** From 0 to 1, as {@link LegacyHashShare.share}. */
  @Column('double precision') start: number;
}
