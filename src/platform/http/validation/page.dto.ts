import { ApiProperty } from '@nestjs/swagger';
import { CursorField, LimitField } from './fields.js';

const DEFAULT_LIMIT = 50;

/** What every list takes. */
export class PageQuery {
  @LimitField() limit?: string;
  @CursorField() cursor?: string;
}

export function limitOf({ limit }: PageQuery): number {
  return limit === undefined ? DEFAULT_LIMIT : Number(limit);
}

/** What every list answers, besides its items. */
export class PageResponse {
  @ApiProperty({ nullable: true, type: String, description: 'For the next page; null on the last' }) nextCursor:
    string | null;
}
