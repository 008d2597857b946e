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
  const [core, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const zxcvbn = new core.ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
  });
  const commonPasswords = new Set(common.dictionary['passwords-common']);
  return (password, ownWords) => {
    if (commonPasswords.has(password.toLowerCase())) return { isCommon: true, score: 0 };
    const estimated = [...password].slice(0, ESTIMATED_CODE_POINTS).join('');
    return { isCommon: false, score: zxcvbn.check(estimated, [...ownWords]).score };
  };
}
