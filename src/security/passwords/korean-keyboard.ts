/*
 * Koreans often type a Korean word on the Latin layout (`dkssud` is 안녕), or a Latin word while the
 * Hangul layout is on. Either is judged by the keys that were pressed on the two-set keyboard (KS X
 * 5002). The pages contain these functions as text, so no function may use anything outside itself.
 */

/** Turns Hangul into the keys that type it; other characters stay. */
export function keysOf(text: string): string {
  const initials = 'r R s e E f a q Q t T d w W c z x v g'.split(' ');
  const vowels = 'k o i O j p u P h hk ho hl y n nj np nl b m ml l'.split(' ');
  const finals = ' r R rt s sw sg e f fr fa fq ft fx fv fg a q qt t T d w c z x v g'.split(' ');
  const consonants = 'r R rt s sw sg e E f fr fa fq ft fx fv fg a q Q qt t T d w W c z x v g'.split(' ');
  const letters = [...consonants, ...vowels];
  return text
    .normalize('NFC')
    .replace(/[\uac00-\ud7a3]/g, (syllable) => {
      const index = syllable.charCodeAt(0) - 0xac00;
      return `${initials[Math.floor(index / 588)]}${vowels[Math.floor(index / 28) % 21]}${finals[index % 28]}`;
    })
    .replace(/[\u3131-\u3163]/g, (letter) => letters[letter.charCodeAt(0) - 0x3131] ?? letter);
}

/** The fields of zxcvbn's estimate that this file uses. */
export interface KeyEstimate {
  readonly score: number;
  readonly guessesLog10: number;
  readonly sequence: readonly object[];
}

/**
 * The library's score of pressed keys, but at most 1 for keys that are little more than Korean words
 * or names. Either of two estimates can lower the score:
 * - By word: the guesses of all matches, without the constant that the library adds for each
 *   further word.
 * - By syllable: a hundred guesses each, because no list holds all words. It applies where the
 *   letters form whole syllables, which text in other languages seldom does.
 * @param check estimates with the Korean word lists, whose names begin with `korean`
 */
export function koreanScore(keys: string, check: (text: string) => KeyEstimate): number {
  const enoughLog10 = 8.5;
  const { score, sequence } = check(keys);
  const matches = sequence as readonly { token: string; guessesLog10: number; dictionaryName?: string }[];
  const byWords = matches.reduce((sum, { guessesLog10 }) => sum + guessesLog10, 0);
  const hasKorean = matches.some(
    ({ dictionaryName, token }) => dictionaryName?.startsWith('korean') && token.length >= 4,
  );
  if (hasKorean && byWords < enoughLog10) return Math.min(score, 1);

  const vowels = /hk|ho|hl|nj|np|nl|ml|[koijpuhynbml]/g;
  const syllables =
    /^(?:[rsefaqtdwczxvg](?:hk|ho|hl|nj|np|nl|ml|[koijpuhynbml])(?:rt|sw|sg|fr|fa|fq|ft|fx|fv|fg|qt|[rsefaqtdwczxvg])?)+$/;
  let count = 0;
  const rest = keys.toLowerCase().replace(/[a-z]+/g, (letters) => {
    if (!syllables.test(letters)) return letters;
    count += letters.match(vowels)?.length ?? 0;
    return '';
  });
  if (count < 2 || 2 * count >= enoughLog10) return score;
  const bySyllables = 2 * count + (rest === '' ? 0 : check(rest).guessesLog10);
  return bySyllables < enoughLog10 ? Math.min(score, 1) : score;
}
