import type { Options, ZxcvbnFactory } from '@zxcvbn-ts/core';
import { searchTables, type Search, type WordMatch } from './word-search.js';
import { SEQUENCE_WORDS, type Vocabulary } from './vocabulary.js';
import { WordTable } from './word-table.js';

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

/** Gives an estimator the words of merged lists. It finds what the library would find in all lists. */
export function setMergedLists(zxcvbn: ZxcvbnFactory, { tables }: Vocabulary): void {
  const { options, matching } = zxcvbn as unknown as Internals;
  tablesOf.set(options, new Map(Object.entries(tables).map(([name, words]) => [name, new WordTable(words)])));
  const { dictionary, dictionaryReverse, dictionaryL33t } = matching.matchers;
  replaceSearch(Object.getPrototypeOf(dictionary) as WordMatcher);
  reversing.add(dictionaryReverse);
  rememberTyped(dictionaryL33t);
}

/** Replaces the library's search in estimators that have tables. Others search as before. */
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
      // A single letter is its own reverse, and the search without reversal finds it already.
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
