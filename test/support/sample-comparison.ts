/** How well a value shows which of two series, A or B, it belongs to. */
export interface Equality {
  readonly pairs: number;
  readonly medianA: number;
  readonly medianB: number;
  /** The distance of the medians. */
  readonly gap: number;
  /** Area under the ROC curve: at 0.5, A and B are larger equally often; at 1, the same series is always larger. */
  readonly auc: number;
}

/** Compares two equally long series. */
export function compare(a: readonly number[], b: readonly number[]): Equality {
  const [medianA, medianB] = [median(a), median(b)];
  const area = areaUnderCurve(a, b);
  return { pairs: a.length, medianA, medianB, gap: Math.abs(medianA - medianB), auc: Math.max(area, 1 - area) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The probability that a random `a` is larger than a random `b`; ties count half (Mann–Whitney U,
 * by ranks).
 */
function areaUnderCurve(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, isA: true })), ...b.map((value) => ({ value, isA: false }))];
  all.sort((x, y) => x.value - y.value);
  let rankSum = 0;
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]!.value === all[from]!.value) to += 1;
    const meanRank = (from + 1 + to) / 2;
    for (let index = from; index < to; index += 1) if (all[index]!.isA) rankSum += meanRank;
    from = to;
  }
  return (rankSum - (a.length * (a.length + 1)) / 2) / (a.length * b.length);
}
