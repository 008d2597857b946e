import type { Options, ZxcvbnFactory } from '@zxcvbn-ts/core';
import { searchTables, type Search, type WordMatch } from './word-search.js';
import { WordTable } from './word-table.js';

/** Word lists by name, the likeliest words first. */
export type WordLists = Readonly<Record<string, readonly (string | number)[]>>;

/** A name that the library recognises as that of words in a sequence, such as months. */
const SEQUENCE_WORDS = 'months';
/** The library's search for words, which its searches for reversed and look-alike words inherit. */
interface WordMatcher {
  readonly options: Options;
  /** Whether only words in a sequence count. */
  readonly wordSequenceCheck?: boolean;
  match(search: Search): WordMatch[];
}

/** The parts of the library without a public name. */
interface Internals {
  readonly options: Options;
  readonly matching: {
    readonly matchers: Readonly<Record<'dictionary' | 'dictionaryReverse' | 'dictionaryL33t', WordMatcher>>;
  };
}

const tablesOf = new WeakMap<Options, ReadonlyMap<string, WordTable>>();
/** The password whose look-alikes are replaced at this moment. */
const typedFor = new WeakMap<WordMatcher, string>();
const reversing = new WeakSet<WordMatcher>();
const replaced = new WeakSet<WordMatcher>();

/** The lists whose words an estimate distinguishes: Korean words, words in a sequence, and all others. */
function groupOf(list: string, options: Options): string {
  if (list.startsWith('korean')) return 'korean';
  return options.isWordSequence(list) ? SEQUENCE_WORDS : 'words';
}

/**
 * Gives an estimator these word lists, merged into three tables. The library looks up every part of
 * a password, reversed and without look-alikes too, in every list, and counts a word by its best
 * rank. Three tables with the best ranks give the same estimate in a fraction of the time (ADR 0058).
 */
export function setMergedLists(zxcvbn: ZxcvbnFactory, lists: WordLists): void {
  const { options, matching } = zxcvbn as unknown as Internals;
  const ranks = new Map<string, Map<string, number>>();
  for (const [name, words] of Object.entries(lists)) {
    const group = groupOf(name, options);
    const merged = ranks.get(group) ?? new Map<string, number>();
    ranks.set(group, merged);
    for (const [word, rank] of rankByWord(words)) merged.set(word, Math.min(rank, merged.get(word) ?? Infinity));
  }
  tablesOf.set(options, new Map([...ranks].map(([group, words]) => [group, new WordTable(words)])));
  const { dictionary, dictionaryReverse, dictionaryL33t } = matching.matchers;
  replaceSearch(Object.getPrototypeOf(dictionary) as WordMatcher);
  reversing.add(dictionaryReverse);
  rememberTyped(dictionaryL33t);
}

/** As the library ranks them: from 1, and a word that occurs twice by its last place. */
function rankByWord(words: readonly (string | number)[]): Map<string, number> {
  return new Map(words.map((word, index) => [String(word), index + 1]));
}

/** Has estimators with tables search them; others search as before. */
function replaceSearch(prototype: WordMatcher): void {
  if (replaced.has(prototype)) return;
  replaced.add(prototype);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its matcher
  const { match } = prototype;
  prototype.match = function (search) {
    const tables = tablesOf.get(this.options);
    if (!tables) return match.call(this, search);
    const isSequence = this.wordSequenceCheck === true;
    return searchTables(search, {
      tables: isSequence ? [...tables].filter(([name]) => name === SEQUENCE_WORDS) : [...tables],
      ownWords: isSequence ? [] : Object.entries(search.userInputsOptions?.rankedDictionary ?? {}),
      typed: typedFor.get(this) ?? null,
      // A letter reversed is the same letter, which costs an attacker less as it is.
      shortest: reversing.has(this) ? 2 : 1,
    });
  };
}

function rememberTyped(matcher: WordMatcher): void {
  const match = matcher.match.bind(matcher);
  matcher.match = (search) => {
    typedFor.set(matcher, search.password);
    return match(search);
  };
}
