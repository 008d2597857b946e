/** The last row of a page. Rows are ordered by time, and by id within the same time. */
export interface PagePosition {
  readonly id: string;
  /**
   * Microseconds since 1970 as text. A `Date` rounds to milliseconds, so that a row could be
   * repeated or skipped.
   */
  readonly micros: string;
}

/** SQL for `micros` of a {@link PagePosition}. */
export const microsOf = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint::text`;

/**
 * Builds the WHERE clause of a list. Only constant text becomes SQL; values are passed as
 * parameters.
 */
export class Conditions {
  readonly values: unknown[] = [];
  private readonly parts: string[] = [];

  /** Each `$` in the text stands for one of the values, in order. */
  add(text: string, ...values: unknown[]): this {
    let index = this.values.length;
    this.values.push(...values);
    this.parts.push(text.replace(/\$/g, () => `$${(index += 1)}`));
    return this;
  }

  /** As {@link add}, unless the value is undefined. */
  addIfDefined(text: string, value: unknown): this {
    return value === undefined ? this : this.add(text, value);
  }

  /** Selects the rows that follow a page, in a list that begins with the newest. */
  addAfter(after: PagePosition | null, time: string, idType: 'uuid' | 'bigint'): this {
    if (after === null) return this;
    return this.add(
      `(${time}, id) < (timestamptz 'epoch' + $::bigint * interval '1 microsecond', $::${idType})`,
      ...[after.micros, after.id],
    );
  }

  get where(): string {
    return this.parts.length === 0 ? '' : `WHERE ${this.parts.join(' AND ')}`;
  }
}
