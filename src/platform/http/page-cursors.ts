import { Injectable } from '@nestjs/common';
import { KeyRing } from '../crypto/key-ring.js';
import { FieldCipher } from '../crypto/field-cipher.js';
import type { PagePosition } from '../database/page.js';
import { DomainError } from './problems/domain-error.js';

/** The lists that are returned in pages. */
export type ListName =
  | 'members'
  | 'invitations'
  | 'security-events'
  | 'outbox'
  | 'api-keys'
  | 'deliveries'
  | 'member-mails'
  | 'member-deliveries';

/**
 * What a cursor is bound to: the list, its filter and, if the audit log records who reads the list,
 * the reader.
 */
export interface PagedList {
  readonly name: ListName;
  readonly filter: Readonly<Record<string, string | Date | undefined>>;
  readonly reader?: string;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

/**
 * Turns positions in a list into cursors and back. Cursors are encrypted, so that an altered or
 * invented one is refused (IV-05). A cursor works only for the list and the filter it was made for.
 * A first page may have effects, such as an audit row. An administrator must not skip them with a
 * cursor from another list.
 */
@Injectable()
export class PageCursors {
  private readonly cipher: FieldCipher;

  constructor(keys: KeyRing) {
    this.cipher = new FieldCipher(keys.all('page-cursor'));
  }

  /**
   * Returns null for a first page, which has no cursor.
   *
   * @throws DomainError `validation_failed` for an invalid cursor
   */
  decode(list: PagedList, cursor: string | undefined): PagePosition | null {
    if (cursor === undefined) return null;
    try {
      return JSON.parse(this.cipher.decrypt(Buffer.from(cursor, 'base64url'), contextOf(list))) as PagePosition;
    } catch (cause) {
      throw new DomainError('validation_failed', { fields: [{ field: 'cursor', code: 'invalid_characters' }], cause });
    }
  }

  /**
   * @param rows up to `limit + 1` rows; the row beyond the limit shows that there is a next page
   */
  paginate<Row extends PagePosition>(list: PagedList, rows: readonly Row[], limit: number): Page<Row> {
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    if (rows.length <= limit || !last) return { items, nextCursor: null };
    const position: PagePosition = { id: last.id, micros: last.micros };
    return { items, nextCursor: this.cipher.encrypt(JSON.stringify(position), contextOf(list)).toString('base64url') };
  }
}

function contextOf({ name, filter, reader }: PagedList): string {
  const conditions = Object.entries(filter).filter(([, value]) => value !== undefined);
  return JSON.stringify([name, reader, conditions.sort(([left], [right]) => (left < right ? -1 : 1))]);
}
