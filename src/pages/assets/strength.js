// @ts-check

/** Shows while typing what a new password still lacks. Only advice: the server decides. */

import { onLanguageChange } from './language.js';
import { find, text } from './page.js';

/**
 * Only this many characters are estimated: they suffice for the top score, and longer texts take
 * long.
 */
const ESTIMATED_LENGTH = 32;

/**
 * @typedef {0 | 1 | 2 | 3 | 4} Score
 * @typedef {{ scoreOf: (password: string, words: string[]) => Score }} Estimator
 */
/** @type {Promise<Estimator> | undefined} */
let estimator;

/**
 * Connects the strength meter to a password field.
 * @param {string} id of the password field
 * @param {() => string[]} ownWords personal words that an acquaintance would try: login ID,
 * address, name
 * @returns {{ findProblem(): Promise<string> }} finds the text for the first rule that the password
 * breaks; empty if none is known to be broken. The meter refuses nothing that the server accepts.
 */
export function showStrength(id, ownWords) {
  const input = /** @type {HTMLInputElement} */ (find(`#${id}`));
  const box = find(`[data-strength="${id}"]`);
  const minLength = Number(box.dataset.minLength);
  let latestInput = 0;

  input.addEventListener('focus', () => void load(), { once: true });
  async function update() {
    const thisInput = ++latestInput;
    const password = input.value;
    const words = ownWords()
      .flatMap((word) => [word, ...partsOf(word)])
      .map((word) => word.trim().normalize('NFC').toLowerCase())
      .filter((word) => [...word].length > 2);
    mark(box, 'length', password === '' ? null : [...password].length >= minLength);
    mark(box, 'personal', password === '' ? null : !consistsOf(password, words, minLength));
    if (password === '') return showScore(box, null);
    const estimate = await load().catch(() => undefined);
    // The score is ignored if more was typed while the estimator was loading. If the estimator
    // cannot be loaded, only the server checks.
    if (thisInput === latestInput && estimate) showScore(box, estimate.scoreOf(password, words));
  }

  input.addEventListener('input', update);
  onLanguageChange(() => void update());
  return {
    async findProblem() {
      await update();
      const isBroken = (/** @type {string} */ rule) => find(`[data-rule="${rule}"]`, box).dataset.state === 'unmet';
      if (isBroken('length')) return text('passwordTooShort');
      if (isBroken('personal')) return text('passwordPersonal');
      return isBroken('guess') ? text('passwordTooWeak') : '';
    },
  };
}

/**
 * Loads the estimator when the field gets the focus, and not earlier, because it is larger than the
 * rest of the page.
 */
function load() {
  estimator ??= Promise.all([importAsset('strength-estimator.js'), importAsset('strength-words.js')]).then(
    ([{ ZxcvbnFactory }, { dictionary, graphs, keysOf, koreanScore }]) => {
      const zxcvbn = new ZxcvbnFactory({ dictionary, graphs, l33tMaxSubstitutions: 10 });
      const scoreOf = (/** @type {string} */ typed, /** @type {string[]} */ words) =>
        koreanScore([...typed].slice(0, ESTIMATED_LENGTH).join(''), (/** @type {string} */ part) =>
          zxcvbn.check(part, words),
        );
      // As on the server: Hangul is judged as it stands and as the keys that type it.
      return {
        scoreOf: (password, names) => {
          const words = [...names, ...names.map(keysOf)];
          return keysOf(password) === password
            ? scoreOf(password, words)
            : Math.min(scoreOf(password, words), scoreOf(keysOf(password), words));
        },
      };
    },
  );
  estimator.catch(() => (estimator = undefined)); // the next input tries again
  return estimator;
}

/** @param {string} file @returns {Promise<any>} */
function importAsset(file) {
  return import(new URL(`assets/${file}`, document.baseURI).href);
}

/**
 * Splits as the server does: an address into its name and the parts of its domain, a name at blanks.
 * A login ID and the name of an address stay whole.
 * @param {string} word
 */
function partsOf(word) {
  const [local = '', domain] = word.split('@');
  return domain === undefined ? word.split(/\s/) : [local, ...domain.split('.')];
}

/**
 * Whether too little of the password remains once the words are removed. The server has the same
 * rule.
 *
 * @param {string} password
 * @param {string[]} words
 * @param {number} minLength
 */
function consistsOf(password, words, minLength) {
  const normalised = password.normalize('NFC').toLowerCase();
  let rest = normalised;
  for (const word of [...words].sort((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '');
  return rest.length < normalised.length && [...rest].length < Math.ceil(minLength / 2) + 1;
}

/** @param {HTMLElement} box @param {0 | 1 | 2 | 3 | 4 | null} score */
function showScore(box, score) {
  find('[data-bar]', box).dataset.score = score === null ? 'none' : String(score);
  mark(box, 'guess', score === null ? null : score >= Number(box.dataset.minScore));
  find('[data-verdict]', box).textContent = score === null ? '' : verdict(score);
}

/** @param {0 | 1 | 2 | 3 | 4} score */
function verdict(score) {
  return [text('strength0'), text('strength1'), text('strength2'), text('strength3'), text('strength4')][score] ?? '';
}

/**
 * @param {HTMLElement} box
 * @param {string} rule
 * @param {boolean | null} isMet null if nothing was typed yet
 */
function mark(box, rule, isMet) {
  const item = find(`[data-rule="${rule}"]`, box);
  item.dataset.state = isMet === null ? 'open' : isMet ? 'met' : 'unmet';
  find('.unseen', item).textContent = isMet === null ? '' : isMet ? text('ruleMet') : text('ruleUnmet');
}
