// @ts-check

/** Logging in, with a second factor where there is one. The session lives in cookies that no script can read. */

import { ApiProblem, request } from './api.js';
import { FieldProblem, clearForm, onSubmit, requiredValue } from './form.js';
import { endLanguageSwitch, takeSecret } from './link-token.js';
import { addressOf, fill, find, onAction, show, showGroup, text } from './page.js';

/** Why somebody was sent here; see account.js. */
const reason = takeSecret('because');
let mfaToken = '';
let resetToken = '';
let isRecovering = false;

onSubmit('login', logIn);
onSubmit('second-factor', bringSecondFactor);
onAction('other-factor', () => chooseFactor(!isRecovering));
onAction('start-over', () => startOver(''));
onAction('change-password', changePassword);
show('ready');
notice(reason === 'logged-out' ? text('loggedOut') : reason === 'ended' ? text('sessionEnded') : '');

async function logIn() {
  const identifier = requiredValue('login', 'identifier', text('identifierMissing'));
  const password = requiredValue('login', 'password', text('passwordMissing'));
  const answer = await ask('auth/login', { identifier, password, transport: 'cookie' });
  notice('');
  clearForm(/** @type {HTMLFormElement} */ (find('[data-form="login"]')));
  if (answer.status === 'mfa_required') {
    mfaToken = answer.mfaToken;
    endLanguageSwitch(); // a reload would lose the login under way
    chooseFactor(false);
    show('second-factor');
  } else if (answer.status === 'password_change_required') {
    resetToken = answer.resetToken;
    endLanguageSwitch();
    show('must-change');
  } else goOn();
}

async function bringSecondFactor() {
  const code = isRecovering
    ? requiredValue('second-factor', 'recoveryCode', text('recoveryCodeMissing'))
    : requiredValue('second-factor', 'code', text('appCodeMissing'));
  try {
    await ask('auth/login/mfa', { mfaToken, code });
    goOn();
  } catch (error) {
    if (!(error instanceof ApiProblem) || !['token_expired', 'token_invalid'].includes(error.code)) throw error;
    startOver(text('tooLate'));
  }
}

/** @param {string} operation @param {object} body */
async function ask(operation, body) {
  try {
    return await request('POST', operation, { body, cookies: true });
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code === 'invalid_credentials') throw new ApiProblem(error.code, { detail: text('wrong') });
    if (error.code === 'origin_not_allowed') throw new ApiProblem(error.code, { detail: text('notAllowedHere') });
    if (error.code === 'code_invalid') throw new FieldProblem(isRecovering ? 'recoveryCode' : 'code', error.detail);
    throw error;
  }
}

function goOn() {
  mfaToken = '';
  const next = addressOf('next');
  if (next === '') show('done');
  else location.replace(next);
}

/** @param {boolean} recovering whether a recovery code stands in for the app */
function chooseFactor(recovering) {
  isRecovering = recovering;
  clearForm(/** @type {HTMLFormElement} */ (find('[data-form="second-factor"]')));
  showGroup('appCode', !recovering);
  showGroup('recoveryCode', recovering);
  find('[data-action="other-factor"]').textContent = recovering ? text('useApp') : text('useRecoveryCode');
  find(recovering ? '#recoveryCode' : '#appCode').focus();
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
