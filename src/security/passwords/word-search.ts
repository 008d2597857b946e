import { EMPTY_HASH, hashWith, type WordTable } from './word-table.js';

/** The library's name for the words that an acquaintance would try. */
const OWN_WORDS = 'userInputs';

/** A word in a password, as the library describes it. */
export interface WordMatch {
  readonly pattern: 'dictionary';
  readonly i: number;
  readonly j: number;
  readonly token: string;
  readonly matchedWord: string;
  readonly rank: number;
  readonly dictionaryName: string;
  readonly reversed: false;
  readonly l33t: false;
}

/** What the library passes to a search. */
export interface Search {
  readonly password: string;
  readonly userInputsOptions?: { readonly rankedDictionary: Readonly<Record<string, number>> };
}

export interface SearchScope {
  readonly tables: readonly (readonly [name: string, table: WordTable])[];
  readonly ownWords: readonly (readonly [word: string, rank: number])[];
  /**
   * The password before its look-alikes were replaced; null where none were. The library drops
   * words without a replaced letter, and single letters.
   */
  readonly typed: string | null;
  /** Letters of the shortest word. */
  readonly shortest: number;
}

/** Finds the parts of a password that are words, in the order of the library. */
export function searchTables({ password }: Search, scope: SearchScope): WordMatch[] {
  const text = password.toLowerCase();
  const { tables, ownWords, shortest } = scope;
  const nextReplaced = scope.typed === null ? null : findReplaced(scope.typed.toLowerCase(), text);
  const longest = Math.max(...tables.map(([, table]) => table.longest), ...ownWords.map(([word]) => word.length));
  const found: WordMatch[] = [];
  for (let i = 0; i < password.length; i += 1) {
    const own = ownWords.filter(([word]) => text.startsWith(word, i));
    const last = Math.min(password.length, i + longest);
    let hash = EMPTY_HASH;
    for (let end = i + 1; end <= last; end += 1) {
      hash = hashWith(hash, text.charCodeAt(end - 1));
      if (end - i < shortest) continue;
      const isDropped = nextReplaced !== null && (nextReplaced[i]! >= end || end - i === 1);
      // The library needs a match of the whole password, also without a replaced letter: it ends its
      // search.
      if (isDropped && end - i < text.length) continue;
      for (const [name, table] of tables) {
        const rank = table.find(hash, text, i, end);
        if (rank !== undefined) found.push(matchOf(password, text, i, end, rank, name));
      }
      for (const [word, rank] of own)
        if (word.length === end - i) found.push(matchOf(password, text, i, end, rank, OWN_WORDS));
    }
  }
  return found;
}

function matchOf(password: string, text: string, i: number, end: number, rank: number, name: string): WordMatch {
  return {
    pattern: 'dictionary',
    i,
    j: end - 1,
    token: password.slice(i, end),
    matchedWord: text.slice(i, end),
    rank,
    dictionaryName: name,
    reversed: false,
    l33t: false,
  };
}

/** @returns for each letter the index of the next replaced one; null if replacing changed the length */
function findReplaced(typed: string, text: string): Uint32Array | null {
  if (typed.length !== text.length) return null;
  const next = new Uint32Array(text.length);
  let at = text.length;
  for (let i = text.length - 1; i >= 0; i -= 1) {
    if (typed.charCodeAt(i) !== text.charCodeAt(i)) at = i;
    next[i] = at;
  }
  return next;
}
