// @ts-check

/**
 * The login page: password, then a second factor if the account has one, or a passkey alone. The
 * session is kept in cookies that scripts cannot read.
 */

import { ApiProblem } from './api.js';
import { openSession } from './bound-request.js';
import { ConsentFields } from './consent-fields.js';
import { clearForm, formOf, offerReload, onSubmit, requiredValue, requiredValues } from './form.js';
import { onLanguageChange } from './language.js';
import { leaveToReset } from './leave-to-reset.js';
import { takeSecret } from './link-token.js';
import { PasskeyLogin } from './login-passkey.js';
import { addressOf, fill, find, onAction, show, showGroup, text } from './page.js';
import { hasPasskeys, usePasskey } from './passkey.js';
import { stopAutofill } from './passkey-autofill.js';
import { forgetReturn, rememberReturn } from './return-to.js';
import { rememberSignUp } from './sign-up-memory.js';

/**
 * The methods of the second step, easiest first. Each has a group in the form and a button that
 * selects it.
 */
const METHODS = /** @type {const} */ (['passkey', 'totp', 'recovery_code']);
/** @typedef {typeof METHODS[number]} Method */

const REASONS = {
  'logged-out': 'loggedOut',
  ended: 'sessionEnded',
  declined: 'socialDeclined',
  failed: 'socialFailed',
};
/** Why another page led to this one; see account.js and social-login.js. */
const reason = takeSecret('because');
/** The key of the notice that is shown now, or empty. */
let noticeKey = '';
let mfaToken = '';
let resetToken = '';
let termsToken = '';
/** The methods that the member has set up and this browser supports. @type {Method[]} */
let available = [];
/** @type {Method} */
let method = 'totp';

const passkeyLogin = new PasskeyLogin(send, continueLogin);

onSubmit('login', logIn);
onSubmit('second-factor', sendSecondFactor);
const terms = document.querySelector('[data-form="terms"]') === null ? null : new ConsentFields('terms');
if (terms !== null) onSubmit('terms', () => agree(terms));
for (const name of METHODS) onAction(`use-${name}`, () => selectMethod(name));
onAction('start-over', () => startOver(''));
onAction('change-password', () => leaveToReset(resetToken));
void showFirstStep();
onLanguageChange(() => {
  labelSubmit();
  showNotice(noticeKey);
});

/** Without social login its script is not loaded (SO-73). */
async function showFirstStep() {
  if (document.body.dataset.socialRedirect === undefined) show('ready');
  else {
    try {
      const { offerSocialLogin } = await import('./login-social.js');
      await offerSocialLogin(send, continueLogin);
    } catch {
      show('ready');
      offerReload('social');
    }
  }
  void passkeyLogin.offerAutofill();
  showReason();
}

function showReason() {
  showNotice(/** @type {Record<string, string>} */ (REASONS)[reason ?? ''] ?? '');
}

async function logIn() {
  const { identifier, password } = requiredValues('login', {
    identifier: text('identifierMissing'),
    password: text('passwordMissing'),
  });
  continueLogin(await send('auth/login', { identifier, password, transport: 'cookie' }));
}

/**
 * Continues with the next step, or with the page after the login.
 * @param {{ status: string, mfaToken: string, methods: Method[], resetToken: string, signUpId: string, termsToken: string,
 * documents: import('./consents.js').Document[] }} result of the step before
 */
function continueLogin(result) {
  void stopAutofill();
  showNotice('');
  clearForm(formOf('login'));
  if (result.status === 'mfa_required') {
    mfaToken = result.mfaToken;
    available = METHODS.filter((name) => result.methods.includes(name) && (name !== 'passkey' || hasPasskeys));
    selectMethod(available[0] ?? 'recovery_code');
    show('second-factor');
  } else if (result.status === 'password_change_required') {
    resetToken = result.resetToken;
    show('must-change');
  } else if (result.status === 'terms_required') {
    termsToken = result.termsToken;
    void terms?.offer(result.documents);
    show('terms');
  } else if (result.status === 'confirmation_required') {
    // The page of the mailed link then needs no password.
    rememberSignUp(result.signUpId);
    rememberReturn();
    show('confirm-email');
  } else if (result.status === 'authenticated') openNextPage();
  else throw new ApiProblem('unexpected'); // not from the API
}

async function sendSecondFactor() {
  try {
    if (method === 'passkey') {
      const { publicKey } = await send('auth/login/mfa/passkey/options', { mfaToken });
      await stopAutofill();
      continueLogin(await send('auth/login/mfa/passkey', { mfaToken, credential: await usePasskey(publicKey) }));
    } else {
      const code =
        method === 'totp'
          ? requiredValue('second-factor', 'code', text('appCodeMissing'))
          : requiredValue('second-factor', 'recoveryCode', text('recoveryCodeMissing'));
      continueLogin(await send('auth/login/mfa', { mfaToken, code }));
    }
  } catch (error) {
    if (!(error instanceof ApiProblem) || !['token_expired', 'token_invalid'].includes(error.code)) throw error;
    startOver('tooLate');
  }
}

/** @param {ConsentFields} consents */
async function agree(consents) {
  try {
    continueLogin(await consents.send((ticked) => send('auth/consents', { termsToken, ...ticked })));
  } catch (error) {
    if (!(error instanceof ApiProblem) || !['token_expired', 'token_invalid'].includes(error.code)) throw error;
    startOver('tooLate');
  }
}

/** @param {string} operation @param {object} [body] */
async function send(operation, body) {
  try {
    return await openSession(operation, body);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'invalid_credentials') throw error;
    throw new ApiProblem(error.code, { detail: operation === 'auth/login' ? text('wrong') : text('refused') });
  }
}

function openNextPage() {
  mfaToken = '';
  forgetReturn();
  const next = addressOf('next');
  if (next === '') show('done');
  else location.replace(next);
}

/** Selects the method of the second step. @param {Method} selected */
function selectMethod(selected) {
  method = selected;
  const form = formOf('second-factor');
  clearForm(form);
  for (const name of METHODS) {
    showGroup(name, name === method);
    find(`[data-action="use-${name}"]`).hidden = name === method || !available.includes(name);
  }
  labelSubmit();
  const button = find('[type="submit"]', form);
  /** @type {HTMLElement} */ (form.querySelector(`[data-group="${method}"] input`) ?? button).focus();
}

function labelSubmit() {
  const button = find('[type="submit"]', formOf('second-factor'));
  button.textContent = method === 'passkey' ? text('usePasskey') : text('submit');
}

/** @param {string} notice the key of its text, or empty */
function startOver(notice) {
  mfaToken = '';
  show('ready');
  void passkeyLogin.offerAutofill();
  showNotice(notice);
}

/** @param {string} key of its text, or empty for none */
function showNotice(key) {
  noticeKey = key;
  const message = text(key);
  fill(find('[data-group="notice"]'), { notice: message });
  showGroup('notice', message !== '');
}
