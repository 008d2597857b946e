import type { RiskOutcome } from '../audit-log/security-events.js';
import { isRaisedByStrangers, SIGNALS, type RiskFacts, type RiskLimits, type WeighableSignal } from './signals.js';

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

/**
 * Sums the weights of all raised signals. A pure function: equal facts give an equal judgement.
 *
 * A signal that strangers can raise never ends a login by its weight: otherwise an attacker could
 * keep a travelling owner out with wrong passwords (BF-13). It still counts for all milder outcomes.
 */
export function judge(facts: RiskFacts, { limits, weights, thresholds }: RiskRules): RiskJudgement {
  const names = Object.keys(SIGNALS) as WeighableSignal[];
  const signals = names
    .filter((signal) => weights[signal] > 0 && SIGNALS[signal](facts, limits))
    .map((signal) => ({ signal, weight: weights[signal] }));
  const score = sumOf(signals);
  const outcome = outcomeOf(score, thresholds);
  if (outcome !== 'end') return { outcome, score, signals };
  const certain = signals.filter(({ signal }) => !isRaisedByStrangers(signal, facts, limits));
  return { outcome: sumOf(certain) >= thresholds.end ? 'end' : 'ask', score, signals };
}

function sumOf(signals: RiskJudgement['signals']): number {
  return signals.reduce((sum, { weight }) => sum + weight, 0);
}

function outcomeOf(score: number, thresholds: RiskThresholds): RiskOutcome {
  if (score >= thresholds.end) return 'end';
  if (score >= thresholds.ask) return 'ask';
  return score >= thresholds.notify ? 'notify' : 'allow';
}
