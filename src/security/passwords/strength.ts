import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { keysOf, koreanScore } from './korean-keyboard.js';
import { setMergedLists } from './merged-word-lists.js';
import { loadVocabulary } from './vocabulary.js';
import { WordTable } from './word-table.js';

/**
 * The estimate reads only this many code points. More would cost time, and a strong password is
 * already strong within this length.
 */
const ESTIMATED_CODE_POINTS = 32;

/**
 * How many substitutions of look-alike characters (`4` for `a`, `$` for `s`) the estimate tries.
 * The library's default of 100 takes up to half a second for one password; 10 take a twelfth of
 * that and give the same scores.
 */
const MAX_SUBSTITUTIONS = 10;

/** The strength of a password, before the service's own rules. */
export interface Strength {
  /** Whether it is one of the common passwords, which attackers try first. */
  readonly isCommon: boolean;
  /** The score of zxcvbn: 0 to 4. */
  readonly score: number;
}

/** @param ownWords lower-case words that an acquaintance of the member would try */
export type StrengthJudge = (password: string, ownWords: readonly string[]) => Strength;

/** Options of the library's estimator, besides its words. */
export const ESTIMATOR_OPTIONS = { l33tMaxSubstitutions: MAX_SUBSTITUTIONS };

export async function loadStrengthJudge(): Promise<StrengthJudge> {
  const [core, vocabulary] = await Promise.all([import('@zxcvbn-ts/core'), loadVocabulary()]);
  const zxcvbn = new core.ZxcvbnFactory({ ...ESTIMATOR_OPTIONS, graphs: vocabulary.graphs });
  setMergedLists(zxcvbn, vocabulary);
  const common = new WordTable(vocabulary.common);
  return judgeBy(zxcvbn, (text) => common.has(text));
}

/** @param isCommon whether a text in lower case is one of the common passwords */
export function judgeBy(zxcvbn: ZxcvbnFactory, isCommon: (text: string) => boolean): StrengthJudge {
  const scoreOf = (text: string, ownWords: readonly string[]): number =>
    koreanScore([...text].slice(0, ESTIMATED_CODE_POINTS).join(''), (part) => zxcvbn.check(part, [...ownWords]));
  return (password, names) => {
    const keys = keysOf(password);
    // A Korean name is also typed with the Latin layout on.
    const ownWords = [...new Set([...names, ...names.map(keysOf)])];
    if ([password, keys].some((text) => isCommon(text.toLowerCase()))) return { isCommon: true, score: 0 };
    const score = scoreOf(password, ownWords);
    // Hangul is judged both as text and as the keys that type it (PW-08): an attacker tries both.
    return { isCommon: false, score: keys === password ? score : Math.min(score, scoreOf(keys, ownWords)) };
  };
}
