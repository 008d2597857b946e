// @ts-check

/** Tells while typing what is still missing in a new password. Only advice: the server decides. */

import { find, text } from './page.js';

/** What is strong is strong within this length, and estimating longer text takes long. */
const ESTIMATED_LENGTH = 32;

/** @typedef {{ check: (password: string, words: string[]) => { score: 0 | 1 | 2 | 3 | 4 } }} Estimator */
/** @type {Promise<Estimator> | undefined} */
let estimator;

/**
 * @param {string} id of the password field
 * @param {() => string[]} ownWords what an acquaintance would try: login ID, address, name
 */
export function showStrength(id, ownWords) {
  const input = /** @type {HTMLInputElement} */ (find(`#${id}`));
  const box = find(`[data-strength="${id}"]`);
  const minLength = Number(box.dataset.minLength);
  let turn = 0;

  input.addEventListener('focus', () => void load(), { once: true });
  input.addEventListener('input', async () => {
    const mine = ++turn;
    const password = input.value;
    const words = ownWords()
      .flatMap((word) => [word, ...word.split(/[@.\s]/)])
      .map((word) => word.trim().toLowerCase())
      .filter((word) => word.length > 2);
    mark(box, 'length', password === '' ? null : [...password].length >= minLength);
    mark(box, 'personal', password === '' ? null : !isMadeOf(password, words, minLength));
    if (password === '') return showScore(box, null);
    const estimate = await load().catch(() => undefined);
    // The estimator may have been loading while more was typed; without it, the server alone judges.
    if (mine === turn && estimate) showScore(box, estimate.check(password.slice(0, ESTIMATED_LENGTH), words).score);
  });
}

/** Estimator and word lists weigh more than all the rest, so they come when a password is about to be typed. */
function load() {
  estimator ??= Promise.all([importAsset('strength-estimator.js'), importAsset('strength-words.js')]).then(
    ([{ ZxcvbnFactory }, { dictionary, graphs }]) =>
      new ZxcvbnFactory({ dictionary, graphs, l33tMaxSubstitutions: 10 }),
  );
  estimator.catch(() => (estimator = undefined)); // a later key tries again
  return estimator;
}

/** @param {string} file @returns {Promise<any>} */
function importAsset(file) {
  return import(new URL(file, import.meta.url).href);
}

/** Whether too little is left without the words; the same rule as the server's. @param {string} password @param {string[]} words @param {number} minLength */
function isMadeOf(password, words, minLength) {
  const before = password.normalize('NFC').toLowerCase();
  let rest = before;
  for (const word of [...words].sort((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '');
  return rest.length < before.length && [...rest].length < Math.ceil(minLength / 2) + 1;
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

/** @param {HTMLElement} box @param {string} rule @param {boolean | null} isMet null: nothing typed yet */
function mark(box, rule, isMet) {
  const item = find(`[data-rule="${rule}"]`, box);
  item.dataset.state = isMet === null ? 'open' : isMet ? 'met' : 'unmet';
  find('.unseen', item).textContent = isMet === null ? '' : isMet ? text('ruleMet') : text('ruleUnmet');
}
