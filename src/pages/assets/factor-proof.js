// @ts-check

/**
 * Confirms a second factor before a change of second factors. After a recent login with one, the
 * server asks for none, and the member sees no further field.
 */

import { ApiProblem } from './api.js';
import { formOf, valueOf } from './form.js';
import { FieldProblem } from './form-problems.js';
import { find, text } from './page.js';
import { hasPasskeys, usePasskey } from './passkey.js';
import { askedPassword, callConfirmed } from './recent-login.js';
import { call } from './session.js';
import { foldTypedText } from './typed-text.js';

/**
 * Calls an operation that changes second factors, with the password and the code of a form. If the
 * server wants a second factor, asks for a passkey, or else shows the form's field for a code.
 * @param {string} form
 * @param {'POST' | 'DELETE'} method
 * @param {string} operation
 */
export async function callWithFactor(form, method, operation) {
  const code = foldTypedText(valueOf(form, 'code'));
  try {
    return await callConfirmed(form, method, operation, code === '' ? {} : { code });
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'factor_proof_required') throw error;
    const password = askedPassword(form);
    const hasPasskey = await confirmPasskey(password, () => askForCode(form, 'passkeyOrRecoveryCode'));
    if (!hasPasskey) askForCode(form, 'factorCodeMissing');
    return call(method, operation, { password });
  }
}

/**
 * @param {string | undefined} password undefined for a member without one
 * @param {() => never} onFailure called if the member has a passkey, and this browser did not use it or the
 * server refused it
 * @returns {Promise<boolean>} false if the member has no passkey
 */
async function confirmPasskey(password, onFailure) {
  const publicKey = await findOptions();
  if (publicKey === null) return false;
  if (!hasPasskeys) return onFailure();
  try {
    // Without a password it stands for both factors, so the browser has to verify its user.
    const credential = await usePasskey(
      password === undefined ? { ...publicKey, userVerification: 'required' } : publicKey,
    );
    await call('POST', 'auth/reauthenticate', { password, credential });
    return true;
  } catch (error) {
    const hasFailed = error instanceof ApiProblem && ['passkey_ceremony', 'passkey_invalid'].includes(error.code);
    if (hasFailed) return onFailure();
    throw error;
  }
}

/**
 * Only here does `passkey_invalid` mean that the member has no passkey. After a ceremony it means
 * that the server refused the passkey, for example because its challenge has expired.
 * @returns {Promise<object | null>} null if the member has no passkey
 */
async function findOptions() {
  try {
    const { publicKey } = await call('POST', 'auth/reauthenticate/passkey/options');
    return publicKey;
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'passkey_invalid') return null;
    throw error;
  }
}

/** @param {string} form @param {string} message @returns {never} */
function askForCode(form, message) {
  find('[data-factor-code]', formOf(form)).hidden = false;
  throw new FieldProblem('code', text(message));
}
