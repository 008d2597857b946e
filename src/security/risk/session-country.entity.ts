import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** A country that a session was refreshed in; only sessions that changed country have any. */
@Entity('session_countries')
export class SessionCountry {
  // By name: sessions have their refreshes judged here, so this module does not know them.
  @ForeignKey('Session', { name: 'session_countries_session_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'session_id' })
  sessionId: string;
  @PrimaryColumn('text') country: string;
  @Column('timestamptz', { name: 'last_seen_at' }) lastSeenAt: Date;
}
