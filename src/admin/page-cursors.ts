import { Injectable } from '@nestjs/common';
import { KeyRing } from '../platform/crypto/key-ring.js';
import { FieldCipher } from '../platform/crypto/field-cipher.js';
import type { PagePosition } from '../platform/database/page.js';
import { DomainError } from '../platform/http/problems/domain-error.js';

/** The lists that have pages. */
export type ListName = 'members' | 'security-events' | 'outbox';

/** What a cursor goes on with: a list, what it was narrowed to, and who reads it where that is written down. */
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
 * Turns positions in a list into cursors and back. Sealed: what a client sends back is ours, unaltered, or refused (IV-05).
 * A cursor of one list is none of another, nor of the same list with another filter: what a first page is asked for,
 * the audit among it, must not be left out by bringing a cursor from elsewhere.
 */
@Injectable()
export class PageCursors {
  private readonly box: FieldCipher;

  constructor(keys: KeyRing) {
    this.box = new FieldCipher(keys.all('page-cursor'));
  }

  /** @throws DomainError `validation_failed` for a cursor that is none of ours */
  read(list: PagedList, cursor: string | undefined): PagePosition | null {
    if (cursor === undefined) return null;
    try {
      return JSON.parse(this.box.decrypt(Buffer.from(cursor, 'base64url'), contextOf(list))) as PagePosition;
    } catch (cause) {
      throw new DomainError('validation_failed', { fields: [{ field: 'cursor', code: 'invalid_characters' }], cause });
    }
  }

  /** @param rows one more than `limit`, where there are that many: the surplus says that there is a next page */
  page<Row extends PagePosition>(list: PagedList, rows: readonly Row[], limit: number): Page<Row> {
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    if (rows.length <= limit || !last) return { items, nextCursor: null };
    const position: PagePosition = { id: last.id, micros: last.micros };
    return { items, nextCursor: this.box.encrypt(JSON.stringify(position), contextOf(list)).toString('base64url') };
  }
}

function contextOf({ name, filter, reader }: PagedList): string {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return JSON.stringify([name, reader, given.sort(([one], [other]) => (one < other ? -1 : 1))]);
}
