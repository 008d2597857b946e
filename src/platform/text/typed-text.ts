/*
 * One normal form for what a person types or pastes where few characters are allowed: codes, login
 * IDs, mail addresses. Keyboards, mail programs and chats add signs that the person does not see.
 * src/pages/assets/typed-text.js is the same for the pages.
 */

/** Most input is like this and needs no folding. */
const PRINTABLE_ASCII = /^[ -~]*$/;
/**
 * Digits, blanks, and the full-width, half-width and small forms that input methods type.
 * Look-alike letters such as the Kelvin sign stay as they are, so that the rules refuse them: RFC
 * 8265 section 3.3.1 maps widths only.
 */
const COMPATIBILITY_FORMS = /[\p{Nd}\p{No}\p{Zs}\uff00-\uffef\ufe50-\ufe6f\u2011\u2024]/gu;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]/gu;
/** Hyphens, minus sign and en dash, which keyboards put in place of the ASCII hyphen. */
const HYPHENS = /[\u2010-\u2013\u2212]/g;
const APOSTROPHES = /[\u2018\u2019]/g;
/**
 * Blanks, punctuation and symbols, marks around a digit as in a keycap emoji, and the long vowel
 * mark, which Japanese keyboards put in place of a hyphen.
 */
const SEPARATORS = /[\s\p{P}\p{S}\p{M}\u30fc]/gu;

/**
 * Folds compatibility forms, removes invisible signs, and trims blanks and line breaks. Other
 * control characters stay, because no keyboard types them. Must run before every rule and every
 * count.
 */
export function foldTypedText(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text.trim();
  return text
    .replace(COMPATIBILITY_FORMS, (form) => form.normalize('NFKC'))
    .replace(INVISIBLE, '')
    .replace(HYPHENS, '-')
    .replace(APOSTROPHES, "'")
    .replaceAll('\u3002', '.')
    .trim();
}

/** For text that may have any letters, such as a name: removes only what a person does not see. */
export const removeInvisible = (text: string): string => text.replace(INVISIBLE, '').trim();

/** As {@link foldTypedText}, for codes: separators of every kind are removed as well. */
export function foldTypedCode(text: string): string {
  return foldTypedText(text).replace(SEPARATORS, '');
}
