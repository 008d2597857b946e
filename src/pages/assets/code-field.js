// @ts-check

/** The field for a six-digit code. */

const LENGTH = 6;

/**
 * Keeps only the digits of what is typed, pasted or filled in: a code may be pasted with spaces,
 * a line break or the words around it, and some keyboards type full-width digits.
 * @param {HTMLInputElement} input
 */
export function keepDigits(input) {
  const clean = () => {
    const digits = digitsOf(input.value);
    if (digits !== input.value) input.value = digits;
  };
  input.addEventListener('input', (event) => {
    // While an input method composes a character, a change would cancel it.
    if (!(event instanceof InputEvent && event.isComposing)) clean();
  });
  input.addEventListener('compositionend', clean);
}

/**
 * A run of exactly six digits is the code, even beside another number, as in "valid for 10 minutes".
 * @param {string} text
 */
export function digitsOf(text) {
  const folded = text.normalize('NFKC');
  const [code] = /(?<!\d)\d{6}(?!\d)/.exec(folded) ?? [];
  return code ?? folded.replace(/\D/g, '').slice(0, LENGTH);
}
