import type { RiskOutcome } from '../audit-log/security-events.js';
import { SIGNALS, type RiskFacts, type RiskLimits, type WeighableSignal } from './signals.js';

/** The weight of each signal; 0 ignores it. */
export type RiskWeights = Readonly<Record<WeighableSignal, number>>;

/** The lowest score of each outcome. */
export type RiskThresholds = Readonly<Record<Exclude<RiskOutcome, 'allow'>, number>>;

export interface RiskRules {
  readonly limits: RiskLimits;
  readonly weights: RiskWeights;
  readonly thresholds: RiskThresholds;
}

export interface RiskJudgement {
  readonly outcome: RiskOutcome;
  readonly score: number;
  readonly signals: { readonly signal: WeighableSignal; readonly weight: number }[];
}

/** Sums the weights of all raised signals. A pure function: equal facts give an equal judgement. */
export function judge(facts: RiskFacts, { limits, weights, thresholds }: RiskRules): RiskJudgement {
  const names = Object.keys(SIGNALS) as WeighableSignal[];
  const signals = names
    .filter((signal) => weights[signal] > 0 && SIGNALS[signal](facts, limits))
    .map((signal) => ({ signal, weight: weights[signal] }));
  const score = signals.reduce((sum, { weight }) => sum + weight, 0);
  return { outcome: outcomeOf(score, thresholds), score, signals };
}

function outcomeOf(score: number, thresholds: RiskThresholds): RiskOutcome {
  if (score >= thresholds.end) return 'end';
  if (score >= thresholds.ask) return 'ask';
  return score >= thresholds.notify ? 'notify' : 'allow';
}
