import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The refreshes of one minute, over all servers. */
@Entity('refresh_counts')
export class RefreshCount {
  @PrimaryColumn('timestamptz') minute: Date;
  @Column('int') rotated: number;
  @Column('int') replayed: number;
  @Column('int') refused: number;
}
