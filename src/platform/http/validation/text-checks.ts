/** Control characters, and invisible format characters such as zero-width ones, which make two texts look alike. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** Control characters, such as tabs and line breaks. */
const CONTROL = /\p{Cc}/u;
/**
 * Text without invisible characters, in which each character is one code point. Most input is like
 * this, so the slower checks are seldom needed.
 */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** A longer text is too long for every rule, so its code points need not be counted exactly. */
const COUNTED_LENGTH = 100_000;

/**
 * The length of a text in code points. ASCII is recognised first, because counting the code points
 * of a token of 400 characters takes twenty times as long.
 */
export function codePointsOf(text: string): number {
  return text.length > COUNTED_LENGTH || PRINTABLE_ASCII.test(text) ? text.length : [...text].length;
}

/** Whether the text has no invisible character. A blank counts as visible. */
export const isVisible = (text: string): boolean => isFreeOf(INVISIBLE, text);

/** Whether the text is one line of at least one and at most `max` visible characters. */
export const isVisibleLine = (text: string, max: number): boolean =>
  text !== '' && codePointsOf(text) <= max && isVisible(text);

/**
 * Whether the text has no control character. Invisible format characters are allowed, because they
 * join the parts of some emoji.
 */
export const isFreeOfControls = (text: string): boolean => isFreeOf(CONTROL, text);

/** Also false for a lone surrogate: UTF-8, and so the database, cannot store it. */
function isFreeOf(forbidden: RegExp, text: string): boolean {
  return PRINTABLE_ASCII.test(text) || (text.isWellFormed() && !forbidden.test(text));
}
