import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** A country that a session was opened or refreshed in. Only sessions that changed country have rows. */
@Entity('session_countries')
export class SessionCountry {
  // By name, because the sessions module imports this one.
  @ForeignKey('Session', { name: 'session_countries_session_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'session_id' })
  sessionId: string;
  @PrimaryColumn('text') country: string;
  @Column('timestamptz', { name: 'last_seen_at' }) lastSeenAt: Date;
}
