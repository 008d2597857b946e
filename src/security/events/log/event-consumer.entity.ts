import { Entity, PrimaryColumn } from 'typeorm';

/** A webhook or an API key that receives events. While there is none, no event is written. */
@Entity('event_consumers')
export class EventConsumer {
  @PrimaryColumn('uuid') id: string;
  @PrimaryColumn('text') kind: 'webhook' | 'api-key';
}
