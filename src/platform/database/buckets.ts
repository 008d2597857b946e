/** A period in parts of equal length, up to now. */
export interface Buckets {
  /** The start of the first part, in seconds since 1970. */
  readonly fromSeconds: number;
  /** The length of a part. */
  readonly seconds: number;
  readonly amount: number;
}

/** How often something happened in one part of a period. */
export interface BucketCount {
  readonly name: string;
  readonly bucket: number;
  readonly count: number;
}

/** SQL for the number of the part; `$1` is the start of the first part, `$2` the length of a part. */
export const bucketOf = (column: string): string =>
  `floor((extract(epoch FROM ${column}) - $1::float8) / $2::float8)::int`;

/** The last `amount` parts, the present one included. Parts begin at full minutes, hours or days in UTC. */
export function bucketsUntil(nowSeconds: number, seconds: number, amount: number): Buckets {
  return { fromSeconds: (Math.floor(nowSeconds / seconds) - amount + 1) * seconds, seconds, amount };
}

/** The counts of one name, part by part. */
export function seriesOf({ amount }: Buckets, counts: readonly BucketCount[], name: string): number[] {
  const series = new Array<number>(amount).fill(0);
  for (const { name: counted, bucket, count } of counts)
    if (counted === name && bucket >= 0 && bucket < amount) series[bucket] = (series[bucket] ?? 0) + count;
  return series;
}
