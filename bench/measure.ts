/** One line of the result: our figure, the limit of the machine, and the required ratio. */
export interface Row {
  operation: string;
  unit: string;
  ours: number;
  limit: number;
  limitOf: string;
  /**
   * Our figure divided by the limit. A row that is measured in rounds has the median of the ratios of its
   * rounds, not the ratio of the medians.
   */
  ratio: number;
  /** Bounds of the ratio, or of our figure alone. Absent for figures that are only for comparison. */
  target?: { atLeast: number } | { atMost: number; orOurs?: number } | { ours: number };
  rounds: { ours: number; limit: number }[];
  /**
   * Processor time of the server per operation, which depends little on other load of the machine.
   */
  cpuMicroseconds?: { ours: number; limit: number };
  /** Further figures, such as latencies. */
  details?: Record<string, number | string>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A figure and its processor time. */
export interface Measured {
  value: number;
  cpuMicroseconds?: number;
}

/**
 * Measures both in turn, so that other load of the machine affects both alike. The side that is
 * measured first changes with each round.
 */
export async function alternate(
  rounds: number,
  ours: () => Promise<Measured>,
  limit: () => Promise<Measured>,
): Promise<Pick<Row, 'ours' | 'limit' | 'ratio' | 'rounds' | 'cpuMicroseconds'>> {
  const results: { ours: Measured; limit: Measured }[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const mine = await ours();
      results.push({ ours: mine, limit: await limit() });
    } else {
      const bound = await limit();
      results.push({ ours: await ours(), limit: bound });
    }
  }
  const cpu = (whose: 'ours' | 'limit'): number =>
    Math.round(median(results.map((round) => round[whose].cpuMicroseconds ?? Number.NaN)));
  return {
    ours: median(results.map((round) => round.ours.value)),
    limit: median(results.map((round) => round.limit.value)),
    ratio: median(results.map((round) => round.ours.value / round.limit.value)),
    rounds: results.map((round) => ({ ours: round.ours.value, limit: round.limit.value })),
    cpuMicroseconds: { ours: cpu('ours'), limit: cpu('limit') },
  };
}

export function isReached({ ratio, ours, target }: Pick<Row, 'ratio' | 'ours' | 'target'>): boolean {
  if (target === undefined) return true;
  if ('atLeast' in target) return ratio >= target.atLeast;
  if ('ours' in target) return ours <= target.ours;
  return ratio <= target.atMost || ours <= (target.orOurs ?? 0);
}
