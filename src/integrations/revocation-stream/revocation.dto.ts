import { ApiProperty } from '@nestjs/swagger';
import { MayBeAbsent, Rule } from '../../platform/http/validation/rule.js';
import { isoTime, type RevocationItem } from './revocation-items.js';

const POSITION = /^\d{1,12}$/;

/** Reads the position of a listener; undefined where the text is not a position. */
export const positionOf = (text: string | string[] | undefined): number | undefined =>
  typeof text === 'string' && POSITION.test(text) ? Number(text) : undefined;

export class RevocationsQuery {
  /** `nextCursor` of the previous response. Without it, everything in force is returned. */
  @MayBeAbsent()
  @Rule('invalid_characters', (value) => typeof value === 'string' && POSITION.test(value))
  @ApiProperty({ type: String, pattern: POSITION.source })
  after?: string;
}

export class RevocationResponse implements RevocationItem {
  /**
   * When this server learned of it. To continue, use `nextCursor` or the id of a heartbeat, not this value.
   * @example '1764000000'
   */
  cursor: string;
  /** session: refuse the tokens with this `sid`; member: those with this `sub`. At present only session is sent */
  @ApiProperty({ enum: ['session', 'member'] }) kind: 'session' | 'member';
  @ApiProperty({ format: 'uuid' }) id: string;
  /** Tokens issued before this moment are refused */
  @ApiProperty({ type: String, format: 'date-time' }) before: string;
  /** After this moment they have all expired */
  @ApiProperty({ type: String, format: 'date-time' }) until: string;
}

export class RevocationsResponse {
  items: RevocationResponse[];
  /** @example '1764000000' */
  nextCursor: string;
  @ApiProperty({ type: String, format: 'date-time' }) serverTime: string;
}

/** @param now in seconds since 1970, read before the items */
export const revocationsResponseOf = (items: RevocationItem[], now: number): RevocationsResponse => ({
  items,
  nextCursor: String(Math.floor(now)),
  serverTime: isoTime(now),
});
