import { Injectable } from '@nestjs/common';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { AppConfig } from '../config/app-config.js';
import { DomainError, type FieldProblem } from '../errors/domain-error.js';

export const MAX_PASSWORD_CODE_POINTS = 128;

/** Estimating longer text costs time and changes nothing: what is strong is strong within this length. */
const ESTIMATED_CODE_POINTS = 32;

/**
 * How many readings of look-alike characters (`4` for `a`, `$` for `s`) the estimate tries. The library's hundred take up
 * to half a second for one password, in which this process answers nobody; ten take a twelfth of that and judge alike.
 */
const MAX_SUBSTITUTIONS = 10;

/** Whose password it is to be: their own words are the first an acquaintance tries. */
export interface PasswordOwner {
  readonly loginId: string;
  readonly email: string;
  readonly name?: string | null;
}

interface Estimator {
  readonly common: ReadonlySet<string>;
  readonly zxcvbn: ZxcvbnFactory;
}

/** The one rule for new passwords, wherever one is set: long enough, not common, not about oneself, not easily guessed. No composition rules. */
@Injectable()
export class PasswordPolicy {
  private estimator: Promise<Estimator> | undefined;

  constructor(private readonly config: AppConfig) {}

  /** @throws DomainError `validation_failed` or `password_too_common`, with the reason at the field */
  async check(password: string, owner: PasswordOwner, field: string): Promise<void> {
    const { env } = this.config;
    const length = [...password].length;
    if (length < env.PASSWORD_MIN_LENGTH)
      throw refuse({ field, code: 'password_too_short', params: { min: env.PASSWORD_MIN_LENGTH } });
    if (length > MAX_PASSWORD_CODE_POINTS)
      throw refuse({ field, code: 'password_too_long', params: { max: MAX_PASSWORD_CODE_POINTS } });

    const { common, zxcvbn } = await this.load();
    if (common.has(password.toLowerCase())) throw refuse({ field, code: 'password_too_common' });
    const words = this.personalWords(owner);
    if (isMadeOf(password, words, env.PASSWORD_MIN_LENGTH)) throw refuse({ field, code: 'password_personal' });
    const estimated = [...password].slice(0, ESTIMATED_CODE_POINTS).join('');
    if (zxcvbn.check(estimated, words).score < env.PASSWORD_MIN_SCORE)
      throw refuse({ field, code: 'password_too_weak' });
  }

  private personalWords({ loginId, email, name }: PasswordOwner): string[] {
    const [local = '', domain = ''] = email.split('@');
    const parts = [
      loginId,
      email,
      local,
      ...domain.split('.'),
      ...(name ?? '').split(/\s+/),
      name ?? '',
      this.config.env.PRODUCT_NAME,
      'munjigi',
      '문지기',
    ];
    return [
      ...new Set(parts.map((part) => part.normalize('NFC').toLowerCase()).filter((part) => [...part].length >= 3)),
    ];
  }

  /** The dictionaries are megabytes; they load with the first password that is set, not at start. */
  private async load(): Promise<Estimator> {
    this.estimator ??= (async () => {
      const [core, common, english] = await Promise.all([
        import('@zxcvbn-ts/core'),
        import('@zxcvbn-ts/language-common'),
        import('@zxcvbn-ts/language-en'),
      ]);
      const dictionary = { ...common.dictionary, ...english.dictionary };
      const zxcvbn = new core.ZxcvbnFactory({
        dictionary,
        graphs: common.adjacencyGraphs,
        l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
      });
      return { common: new Set(common.dictionary['passwords-common']), zxcvbn };
    })();
    return this.estimator;
  }
}

/** Whether so little is left without the words that they are the password. */
function isMadeOf(password: string, words: readonly string[], minLength: number): boolean {
  let rest = password.normalize('NFC').toLowerCase();
  const before = rest.length;
  for (const word of [...words].sort((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '');
  return rest.length < before && [...rest].length < Math.ceil(minLength / 2) + 1;
}

/** Common and personal passwords have a code of their own (PW-04); the rest are ordinary invalid input. */
function refuse(problem: FieldProblem): DomainError {
  const isBlocked = problem.code === 'password_too_common' || problem.code === 'password_personal';
  return new DomainError(isBlocked ? 'password_too_common' : 'validation_failed', { fields: [problem] });
}
