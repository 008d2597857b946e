/** Control characters, and invisible format characters such as zero-width ones, which make two texts look alike. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** Control characters, which no keyboard types. */
const CONTROL = /\p{Cc}/u;
/** Contains no invisible character, and each character is one code point: the quick way for most input. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Beyond this length a text is too long for every rule, so code units are an exact enough count. */
const COUNTED_LENGTH = 100_000;

/** The length of a text in code points. For a token of 400 characters, counting costs twenty times the check for ASCII. */
export function codePointsOf(text: string): number {
  return text.length > COUNTED_LENGTH || PRINTABLE_ASCII.test(text) ? text.length : [...text].length;
}

/** Whether every character can be seen. */
export const isVisible = (text: string): boolean => isFreeOf(INVISIBLE, text);

/** Whether the text is one line of at least one and at most `max` visible characters. */
export const isVisibleLine = (text: string, max: number): boolean =>
  text !== '' && codePointsOf(text) <= max && isVisible(text);

/** Whether the text has no control character. Emoji are joined with invisible ones, so those may stay. */
export const isFreeOfControls = (text: string): boolean => isFreeOf(CONTROL, text);

/** A lone surrogate is refused as well: UTF-8, and so the database, cannot store it. */
function isFreeOf(forbidden: RegExp, text: string): boolean {
  return PRINTABLE_ASCII.test(text) || (text.isWellFormed() && !forbidden.test(text));
}
