import { parseEmailAddress } from '../../addresses/email-address.js';
import { LOGIN_ID_PATTERN } from './login-id.js';
import type { Problem, Rule } from './field.js';

/** Control characters, and invisible format characters such as zero-width and bidirectional ones, which make two texts look alike. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** Emoji are joined with invisible characters, so a password may hold those; not control characters, which no keyboard types. */
const CONTROL = /\p{Cc}/u;

interface TextLimits {
  readonly min?: number;
  /** In code points. */
  readonly max: number;
}

/** Nothing in it is invisible, and each character is one code point. */
const PRINTABLE_ASCII = /^[ -~]*$/;

const codePoints = (text: string): number => (text.length > 100_000 ? text.length : [...text].length);

function textRule(forbidden: RegExp, { min = 0, max }: TextLimits): Rule {
  return (value): Problem | null => {
    if (typeof value !== 'string') return { code: 'not_a_string' };
    // Most input; for a token of 400 characters the general way costs twenty times as much.
    const isPlain = PRINTABLE_ASCII.test(value);
    const length = isPlain ? value.length : codePoints(value);
    if (length > max) return { code: 'too_long', params: { max } };
    if (length < min) return length === 0 ? { code: 'required' } : { code: 'too_short', params: { min } };
    // A lone surrogate is no text: UTF-8, and so the database, cannot hold it.
    return !isPlain && (!value.isWellFormed() || forbidden.test(value)) ? { code: 'invalid_characters' } : null;
  };
}

/** One line of visible text. */
export const visibleText = (limits: TextLimits): Rule => textRule(INVISIBLE, limits);

/** A password as typed; whether it is good enough to be set is for the password policy to say. */
export const passwordText: Rule = (value) => {
  const problem = textRule(CONTROL, { min: 1, max: 128 })(value);
  return problem?.code === 'too_long' ? { ...problem, code: 'password_too_long' } : problem;
};

/** An opaque secret of ours: base64url, or a JWT's three parts of it. */
export const opaqueToken: Rule = (value) => {
  if (typeof value !== 'string') return { code: 'not_a_string' };
  if (value.length > 2048) return { code: 'too_long', params: { max: 2048 } };
  if (value === '') return { code: 'required' };
  return /^[\w.-]+$/.test(value) ? null : { code: 'invalid_characters' };
};

export const email: Rule = (value) => {
  if (typeof value !== 'string') return { code: 'not_a_string' };
  if (value === '') return { code: 'required' };
  return parseEmailAddress(value) === null ? { code: 'email_invalid' } : null;
};

export const loginId: Rule = (value) => {
  if (typeof value !== 'string') return { code: 'not_a_string' };
  if (value === '') return { code: 'required' };
  return LOGIN_ID_PATTERN.test(value) ? null : { code: 'login_id_invalid' };
};

/** Six ASCII digits; blanks and hyphens, which people copy along, are taken out before (OC-04). */
export const code: Rule = (value) => {
  if (typeof value !== 'string') return { code: 'not_a_string' };
  return /^[0-9]{6}$/.test(value) ? null : { code: 'code_malformed' };
};

export const bool: Rule = (value) => (typeof value === 'boolean' ? null : { code: 'not_a_boolean' });

export const oneOf =
  (...allowed: string[]): Rule =>
  (value) => {
    return typeof value === 'string' && allowed.includes(value)
      ? null
      : { code: 'invalid_value', params: { allowed: allowed.join(', ') } };
  };

/** As another rule, but null is accepted too, and means "none". */
export const nullable =
  (rule: Rule): Rule =>
  (value) =>
    value === null ? null : rule(value);

/** A whole number in a query, as text. */
export const wholeNumberText =
  (min: number, max: number): Rule =>
  (value) => {
    const number = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? null : { code: 'invalid_value', params: { allowed: `${min}–${max}` } };
  };

export const uuid: Rule = (value) =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
    ? null
    : { code: 'invalid_value', params: { allowed: 'UUID' } };

/** A day, which begins at midnight UTC, or a moment with its offset (RFC 3339). */
export const moment: Rule = (value) =>
  typeof value === 'string' &&
  /^[12]\d{3}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?$/.test(value) &&
  !Number.isNaN(Date.parse(value))
    ? null
    : { code: 'invalid_value', params: { allowed: '2026-11-22, 2026-11-22T05:37:12Z' } };
