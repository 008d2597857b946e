import { Injectable } from '@nestjs/common';
import { KeyRing } from '../common/key-ring.js';
import { SealedBox } from '../common/sealed-box.js';
import type { PagePosition } from '../database/page.js';
import { DomainError } from '../errors/domain-error.js';

/** The lists that have pages. A cursor of one is none of another. */
export type ListName = 'members' | 'security-events' | 'outbox';

/** One page of a list. */
export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

/** Turns positions in a list into cursors and back. Sealed: what a client sends back is ours, unaltered, or refused (IV-05). */
@Injectable()
export class PageCursors {
  private readonly box: SealedBox;

  constructor(keys: KeyRing) {
    this.box = new SealedBox(keys.all('page-cursor'));
  }

  /** @throws DomainError `validation_failed` for a cursor that is none of ours */
  read(list: ListName, cursor: string | undefined): PagePosition | null {
    if (cursor === undefined) return null;
    try {
      return JSON.parse(this.box.open(Buffer.from(cursor, 'base64url'), list)) as PagePosition;
    } catch (cause) {
      throw new DomainError('validation_failed', { fields: [{ field: 'cursor', code: 'invalid_characters' }], cause });
    }
  }

  /** @param rows one more than `limit`, where there are that many: the surplus says that there is a next page */
  page<Row extends PagePosition>(list: ListName, rows: readonly Row[], limit: number): Page<Row> {
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    if (rows.length <= limit || !last) return { items, nextCursor: null };
    const position: PagePosition = { id: last.id, micros: last.micros };
    return { items, nextCursor: this.box.seal(JSON.stringify(position), list).toString('base64url') };
  }
}
