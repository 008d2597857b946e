import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { koreanDictionary } from './korean-dictionary.js';
import { keysOf, koreanScore } from './korean-keyboard.js';
import { setMergedLists, type WordLists } from './merged-word-lists.js';

/**
 * Longer text costs time and does not change the score: a strong password is strong within this
 * length.
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

/** Loads the dictionaries, which takes tens of megabytes and some hundred milliseconds. */
export async function loadStrengthJudge(): Promise<StrengthJudge> {
  const [core, lists, options] = await loadEstimator();
  const zxcvbn = new core.ZxcvbnFactory(options);
  setMergedLists(zxcvbn, lists);
  return judgeBy(zxcvbn, lists);
}

/** The library, all word lists, and its options besides them. */
export async function loadEstimator() {
  const [core, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const lists: WordLists = { ...common.dictionary, ...english.dictionary, ...koreanDictionary() };
  return [core, lists, { graphs: common.adjacencyGraphs, l33tMaxSubstitutions: MAX_SUBSTITUTIONS }] as const;
}

export function judgeBy(zxcvbn: ZxcvbnFactory, lists: WordLists): StrengthJudge {
  const blocked = Object.entries(lists).filter(([name]) => name === 'passwords-common' || name.startsWith('korean'));
  const commonPasswords = new Set(blocked.flatMap(([, words]) => words));
  const scoreOf = (text: string, ownWords: readonly string[]): number =>
    koreanScore([...text].slice(0, ESTIMATED_CODE_POINTS).join(''), (part) => zxcvbn.check(part, [...ownWords]));
  return (password, ownWords) => {
    const keys = keysOf(password);
    if ([password, keys].some((text) => commonPasswords.has(text.toLowerCase()))) return { isCommon: true, score: 0 };
    const score = scoreOf(password, ownWords);
    // Hangul is judged as its keys as well (PW-08). An attacker tries either.
    return { isCommon: false, score: keys === password ? score : Math.min(score, scoreOf(keys, ownWords.map(keysOf))) };
  };
}
