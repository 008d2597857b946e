import { keysOf } from './korean-keyboard.js';
import { KOREAN_NAMES, KOREAN_WORDS, ROMANISED_WORDS } from './korean-words.js';

/** Shorter sequences of keys occur in every text. */
const MIN_KEYS = 4;

/** Word lists for the estimator, the likeliest words first. */
export interface KoreanDictionary {
  /** As the keys that type them, in lower case. */
  readonly koreanWords: string[];
  readonly koreanNames: string[];
  /** In Latin letters. */
  readonly koreanRomanised: string[];
}

export function koreanDictionary(): KoreanDictionary {
  return {
    koreanWords: typed(KOREAN_WORDS),
    koreanNames: typed(KOREAN_NAMES),
    koreanRomanised: [...ROMANISED_WORDS],
  };
}

function typed(words: readonly string[]): string[] {
  const keys = words.map((word) => keysOf(word).toLowerCase());
  return [...new Set(keys)].filter((word) => word.length >= MIN_KEYS);
}
