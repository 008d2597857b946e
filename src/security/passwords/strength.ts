/** Estimating longer text costs time and changes nothing: what is strong is strong within this length. */
const ESTIMATED_CODE_POINTS = 32;

/**
 * How many readings of look-alike characters (`4` for `a`, `$` for `s`) the estimate tries. The library's hundred take up
 * to half a second for one password; ten take a twelfth of that and judge alike.
 */
const MAX_SUBSTITUTIONS = 10;

/** What can be said of a password without knowing the service's rules. */
export interface Strength {
  /** Whether it is among the passwords that everybody tries first. */
  readonly isCommon: boolean;
  /** zxcvbn's, 0 to 4. */
  readonly score: number;
}

/** @param ownWords what an acquaintance would try, in lower case */
export type StrengthJudge = (password: string, ownWords: readonly string[]) => Strength;

/** Makes the dictionaries ready: tens of megabytes, and some hundred milliseconds of work. */
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
  const commonOnes = new Set(common.dictionary['passwords-common']);
  return (password, ownWords) => {
    if (commonOnes.has(password.toLowerCase())) return { isCommon: true, score: 0 };
    const estimated = [...password].slice(0, ESTIMATED_CODE_POINTS).join('');
    return { isCommon: false, score: zxcvbn.check(estimated, [...ownWords]).score };
  };
}
