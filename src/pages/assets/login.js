// @ts-check

/**
 * Logging in: by password, with a second step where there is one, or by passkey alone. The session lives in cookies that
 * no script can read.
 */

import { ApiProblem, request } from './api.js';
import { clearForm, onSubmit, requiredValue } from './form.js';
import { endLanguageSwitch, takeSecret } from './link-token.js';
import { addressOf, fill, find, onAction, show, showGroup, text } from './page.js';
import { hasPasskeys, usePasskey } from './passkey.js';

/** Ways to take the second step, easiest first; each has a group of the form and a button that chooses it. */
const WAYS = /** @type {const} */ (['passkey', 'totp', 'recovery_code']);
/** @typedef {typeof WAYS[number]} Way */

/** Why somebody was sent here; see account.js. */
const reason = takeSecret('because');
let mfaToken = '';
let resetToken = '';
/** Those that the member has, and this browser can. @type {Way[]} */
let ways = [];
/** @type {Way} */
let way = 'totp';

onSubmit('login', logIn);
onSubmit('passkey', logInByPasskey);
onSubmit('second-factor', bringSecondFactor);
for (const one of WAYS) onAction(`use-${one}`, () => choose(one));
onAction('start-over', () => startOver(''));
onAction('change-password', changePassword);
showGroup('passkeyLogin', hasPasskeys);
show('ready');
notice(reason === 'logged-out' ? text('loggedOut') : reason === 'ended' ? text('sessionEnded') : '');

async function logIn() {
  const identifier = requiredValue('login', 'identifier', text('identifierMissing'));
  const password = requiredValue('login', 'password', text('passwordMissing'));
  goOnWith(await ask('auth/login', { identifier, password, transport: 'cookie' }));
}

/** Asks for no name: the browser offers the passkeys it has for this service, and the chosen one says whose it is. */
async function logInByPasskey() {
  const { publicKey } = await ask('auth/login/passkey/options');
  const credential = await usePasskey(publicKey);
  goOnWith(await ask('auth/login/passkey', { credential, transport: 'cookie' }));
}

/** @param {{ status: string, mfaToken: string, methods: Way[], resetToken: string }} answer to either step */
function goOnWith(answer) {
  notice('');
  clearForm(/** @type {HTMLFormElement} */ (find('[data-form="login"]')));
  if (answer.status === 'mfa_required') {
    mfaToken = answer.mfaToken;
    endLanguageSwitch(); // a reload would lose the login under way
    ways = WAYS.filter((one) => answer.methods.includes(one) && (one !== 'passkey' || hasPasskeys));
    choose(ways[0] ?? 'recovery_code');
    show('second-factor');
  } else if (answer.status === 'password_change_required') {
    resetToken = answer.resetToken;
    endLanguageSwitch();
    show('must-change');
  } else goOn();
}

async function bringSecondFactor() {
  try {
    if (way === 'passkey') {
      const { publicKey } = await ask('auth/login/mfa/passkey/options', { mfaToken });
      goOnWith(await ask('auth/login/mfa/passkey', { mfaToken, credential: await usePasskey(publicKey) }));
    } else {
      const code =
        way === 'totp'
          ? requiredValue('second-factor', 'code', text('appCodeMissing'))
          : requiredValue('second-factor', 'recoveryCode', text('recoveryCodeMissing'));
      goOnWith(await ask('auth/login/mfa', { mfaToken, code }));
    }
  } catch (error) {
    if (!(error instanceof ApiProblem) || !['token_expired', 'token_invalid'].includes(error.code)) throw error;
    startOver(text('tooLate'));
  }
}

/** @param {string} operation @param {object} [body] */
async function ask(operation, body) {
  try {
    return await request('POST', operation, { body, cookies: true });
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code === 'invalid_credentials') {
      throw new ApiProblem(error.code, { detail: operation === 'auth/login' ? text('wrong') : text('refused') });
    }
    if (error.code === 'origin_not_allowed') throw new ApiProblem(error.code, { detail: text('notAllowedHere') });
    throw error;
  }
}

function goOn() {
  mfaToken = '';
  const next = addressOf('next');
  if (next === '') show('done');
  else location.replace(next);
}

/** How to take the second step. @param {Way} chosen */
function choose(chosen) {
  way = chosen;
  const form = /** @type {HTMLFormElement} */ (find('[data-form="second-factor"]'));
  clearForm(form);
  for (const one of WAYS) {
    showGroup(one, one === way);
    find(`[data-action="use-${one}"]`).hidden = one === way || !ways.includes(one);
  }
  const button = find('[type="submit"]', form);
  button.textContent = way === 'passkey' ? text('usePasskey') : text('submit');
  /** @type {HTMLElement} */ (form.querySelector(`[data-group="${way}"] input`) ?? button).focus();
}

/** @param {string} why */
function startOver(why) {
  mfaToken = '';
  show('ready');
  notice(why);
}

/** The token goes behind the `#`, which no server, log or Referer ever sees. */
function changePassword() {
  location.assign(`${addressOf('reset')}#grant=${encodeURIComponent(resetToken)}`);
}

/** @param {string} words */
function notice(words) {
  fill(find('[data-group="notice"]'), { notice: words });
  showGroup('notice', words !== '');
}
