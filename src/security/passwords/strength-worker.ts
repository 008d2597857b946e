import { loadStrengthJudge, type Strength } from './strength.js';

export interface StrengthTask {
  readonly password: string;
  /** Lower-case words that an acquaintance of the member would try. */
  readonly ownWords: readonly string[];
}

const judge = await loadStrengthJudge();

/** Runs on the worker thread of StrengthEstimator. */
export default function estimate({ password, ownWords }: StrengthTask): Strength {
  try {
    return judge(password, ownWords);
  } catch (error) {
    // Only the name of the error: its message, also as a cause, might quote the password.
    // eslint-disable-next-line preserve-caught-error
    throw new Error(`password strength could not be estimated: ${(error as Error).name}`);
  }
}
