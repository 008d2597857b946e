import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Session } from '../sessions/session.entity.js';

/** A country that a session was refreshed in; only sessions that changed country have any. */
@Entity('session_countries')
export class SessionCountry {
  @ForeignKey(() => Session, { name: 'session_countries_session_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'session_id' })
  sessionId: string;
  @PrimaryColumn('text') country: string;
  @Column('timestamptz', { name: 'last_seen_at' }) lastSeenAt: Date;
}
