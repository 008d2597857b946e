import { IsPageLimit, IsPageCursor } from './field-decorators.js';
import { MayBeAbsent } from './rule.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/** The query of every list. */
export class PageQuery {
  /** Entries on a page */
  @MayBeAbsent()
  @IsPageLimit({ max: MAX_LIMIT, standard: DEFAULT_LIMIT })
  limit?: string;

  /** `nextCursor` of the previous page */
  @MayBeAbsent()
  @IsPageCursor()
  cursor?: string;
}

export function limitOf({ limit }: PageQuery): number {
  return limit === undefined ? DEFAULT_LIMIT : Number(limit);
}

/** What every list returns besides its items. */
export class PageResponse {
  /** For the next page; null on the last one */
  nextCursor: string | null;
}
