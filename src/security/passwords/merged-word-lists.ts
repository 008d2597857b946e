import type { Options, ZxcvbnFactory } from '@zxcvbn-ts/core';

/** Word lists by name, the likeliest words first. */
export type WordLists = Readonly<Record<string, readonly (string | number)[]>>;

/** A name that the library recognises as that of words in a sequence, such as months. */
const SEQUENCE_WORDS = 'months';

/** The lists whose words an estimate distinguishes: Korean words, words in a sequence, and all others. */
function groupOf(list: string, options: Options): string {
  if (list.startsWith('korean')) return 'korean';
  return options.isWordSequence(list) ? SEQUENCE_WORDS : 'words';
}

/**
 * Gives an estimator these word lists, merged into three. The library looks up every part of a
 * password, reversed and without look-alikes too, in every list, and counts a word by its best
 * rank. Three lists with the best ranks give the same estimate in a quarter of the time (ADR 0058).
 */
export function setMergedLists(zxcvbn: ZxcvbnFactory, lists: WordLists): void {
  // The library has no public way to give several words one rank.
  const { options } = zxcvbn as unknown as { readonly options: Options };
  const ranks: Record<string, Record<string, number>> = {};
  const longest: Record<string, number> = {};
  for (const [name, words] of Object.entries(lists)) {
    const group = groupOf(name, options);
    const merged = (ranks[group] ??= {});
    for (const [word, rank] of rankByWord(words)) {
      merged[word] = Math.min(rank, Object.hasOwn(merged, word) ? merged[word]! : Infinity);
      longest[group] = Math.max(longest[group] ?? 0, word.length);
    }
  }
  options.rankedDictionaries = ranks;
  options.rankedDictionariesMaxWordSize = longest;
}

/** As the library ranks them: from 1, and a word that occurs twice by its last place. */
function rankByWord(words: readonly (string | number)[]): Map<string, number> {
  return new Map(words.map((word, index) => [String(word), index + 1]));
}
