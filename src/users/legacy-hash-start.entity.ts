import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * Where the unknown accounts begin that are compared with hashes of one kind. An import writes it,
 * so that the accounts of one kind stay where they are while members of another kind become fewer.
 */
@Entity('legacy_hash_starts')
export class LegacyHashStart {
  /** Scheme and cost. */
  @PrimaryColumn('text') kind: string;
  /** From 0 to 1, as {@link LegacyHashShare.share}. */
  @Column('double precision') start: number;
}
