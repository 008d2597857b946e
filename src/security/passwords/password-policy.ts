import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError, type FieldProblem } from '../../platform/http/problems/domain-error.js';
import { keysOf } from './korean-keyboard.js';
import { StrengthEstimator } from './strength-estimator.js';

const MAX_PASSWORD_CODE_POINTS = 128;
/** Two to four syllables. */
const HANGUL_NAME = /^[\uac00-\ud7a3]{2,4}$/;

/**
 * The names of the member who sets the password. Acquaintances would try them first, so a password
 * may not consist of them.
 */
export interface PasswordOwner {
  readonly loginId: string;
  readonly email: string;
  readonly name?: string | null;
}

/**
 * Checks every new password: long enough, not common, not made of the member's own names, not
 * easily guessed. There are no composition rules (NIST SP 800-63B-4 3.1.1.2).
 */
@Injectable()
export class PasswordPolicy {
  constructor(
    private readonly config: AppConfig,
    private readonly estimator: StrengthEstimator,
  ) {}

  /**
   * @throws DomainError `validation_failed` or `password_too_common` with the reason at the field,
   *   or `overloaded`
   */
  async check(typed: string, owner: PasswordOwner, field: string): Promise<void> {
    const { env } = this.config;
    // Count the composed form, because that one is hashed. Decomposed, three Hangul syllables have
    // up to nine code points.
    const password = typed.normalize('NFC');
    const length = [...password].length;
    if (length < env.PASSWORD_MIN_LENGTH)
      throw refuse({ field, code: 'password_too_short', params: { min: env.PASSWORD_MIN_LENGTH } });
    if (length > MAX_PASSWORD_CODE_POINTS)
      throw refuse({ field, code: 'password_too_long', params: { max: MAX_PASSWORD_CODE_POINTS } });

    const words = this.personalWords(owner);
    const { isCommon, score } = await this.estimator.estimate(password, words);
    if (isCommon) throw refuse({ field, code: 'password_too_common' });
    const isPersonal =
      isMadeOf(password, words, env.PASSWORD_MIN_LENGTH) ||
      isMadeOf(keysOf(password), words.map(lowerKeysOf), env.PASSWORD_MIN_LENGTH);
    if (isPersonal) throw refuse({ field, code: 'password_personal' });
    if (score < env.PASSWORD_MIN_SCORE) throw refuse({ field, code: 'password_too_weak' });
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
    const words = parts.map((part) => part.normalize('NFC').toLowerCase());
    return [...new Set([...words, ...words.flatMap(givenNameOf)])].filter(
      (word) => [...word].length >= 3 || HANGUL_NAME.test(word),
    );
  }
}

/** A Korean name is a family name of one syllable and a given name of two, without a blank. */
function givenNameOf(word: string): string[] {
  return HANGUL_NAME.test(word) ? [word.slice(-2)] : [];
}

/** Some letters, such as ㅖ and ㄲ, are typed with Shift; {@link keysOf} has capitals for them. */
function lowerKeysOf(word: string): string {
  return keysOf(word).toLowerCase();
}

/**
 * Whether the password consists of these words and little else.
 * @param words in lower case
 */
function isMadeOf(password: string, words: readonly string[], minLength: number): boolean {
  let rest = password.toLowerCase();
  const { length } = rest;
  for (const word of [...words].sort((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '');
  return rest.length < length && [...rest].length < Math.ceil(minLength / 2) + 1;
}

/**
 * Common and personal passwords have their own error code (PW-04); other problems are ordinary
 * invalid input.
 */
function refuse(problem: FieldProblem): DomainError {
  const isBlocked = problem.code === 'password_too_common' || problem.code === 'password_personal';
  return new DomainError(isBlocked ? 'password_too_common' : 'validation_failed', { fields: [problem] });
}
