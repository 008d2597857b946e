/** Where a page ended: rows go by time and, among those of one moment, by id. */
export interface PagePosition {
  readonly id: string;
  /** Microseconds since 1970 as text: a `Date` would round them off, and a row could be shown twice or left out. */
  readonly micros: string;
}

/** The column a {@link PagePosition} is read from. */
export const microsOf = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint::text`;

/** Collects the conditions of a list and their values; only texts of ours become SQL, values travel as parameters. */
export class Conditions {
  readonly values: unknown[] = [];
  private readonly parts: string[] = [];

  /** Each `$` in the text stands for one value, in that order. */
  add(text: string, ...values: unknown[]): this {
    let index = this.values.length;
    this.values.push(...values);
    this.parts.push(text.replace(/\$/g, () => `$${(index += 1)}`));
    return this;
  }

  /** As {@link add}, unless there is no value. */
  addIfGiven(text: string, value: unknown): this {
    return value === undefined ? this : this.add(text, value);
  }

  /** What comes after a page, newest first. */
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
