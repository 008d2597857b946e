/*
 * Koreans often type a Korean word on the Latin layout (`dkssud` is 안녕), or a Latin word while the
 * Hangul layout is on. Both are judged as the keys that were pressed on the two-set keyboard (KS X
 * 5002). The pages contain these functions as text, so they may not use anything outside
 * themselves.
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

/** What this file uses of an estimate by zxcvbn. */
export interface KeyEstimate {
  readonly score: number;
  readonly guessesLog10: number;
  readonly sequence: readonly object[];
}

/**
 * The score of pressed keys, lowered to 1 where they are Korean words or names and little else. Two
 * estimates decide: by the word lists, without the constant that the library adds for each further
 * word; and where the letters form whole syllables, as Korean does and other text seldom, by a
 * hundred guesses a syllable, because no list holds all words.
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
