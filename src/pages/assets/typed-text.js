// @ts-check

/**
 * Folds compatibility forms such as full-width digits, removes invisible signs, and trims the text
 * of a field other than a password. The server does the same, see src/platform/text/typed-text.ts.
 *
 * @param {string} text
 */
export function foldTypedText(text) {
  return text
    .replace(/[\p{Nd}\p{No}\p{Zs}\uff00-\uffef\ufe50-\ufe6f\u2011\u2024]/gu, (form) => form.normalize('NFKC'))
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]/gu, '')
    .replace(/[\u2010-\u2013\u2212]/g, '-')
    .replace(/[\u2018\u2019]/g, "'")
    .replaceAll('\u3002', '.')
    .trim();
}
