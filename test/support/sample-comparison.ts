/** What telling two kinds of samples apart by their size comes to. */
export interface Equality {
  readonly pairs: number;
  readonly medianA: number;
  readonly medianB: number;
  /** How far the medians lie apart. */
  readonly gap: number;
  /** The share of right answers of the best threshold classifier family: 0.5 is guessing, 1 is certainty (area under the ROC curve). */
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

/** The chance that a random one of `a` is larger than a random one of `b`, ties by half (Mann–Whitney U, by ranks). */
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
