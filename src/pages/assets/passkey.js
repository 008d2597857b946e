// @ts-check

/**
 * What the browser does with passkeys (WebAuthn level 3): makes one, or signs with one. Options and answers are the JSON
 * that the API speaks. Whatever goes wrong becomes an ApiProblem in words for people.
 */

import { ApiProblem } from './api.js';
import { text } from './page.js';
import { creationOptions, requestOptions, toJson } from './passkey-json.js';

/** False in old browsers, and on pages that did not come by HTTPS. */
export const hasPasskeys = 'PublicKeyCredential' in globalThis;

/** @param {object} publicKey @returns {Promise<object>} */
export async function makePasskey(publicKey) {
  return ceremony(() => navigator.credentials.create({ publicKey: creationOptions(publicKey) }));
}

/** @param {object} publicKey @returns {Promise<object>} */
export async function usePasskey(publicKey) {
  return ceremony(() => navigator.credentials.get({ publicKey: requestOptions(publicKey) }));
}

/** @param {() => Promise<Credential | null>} ask */
async function ceremony(ask) {
  try {
    return toJson(/** @type {PublicKeyCredential} */ (await ask()));
  } catch (error) {
    throw new ApiProblem('passkey_ceremony', { detail: wordsFor(error) });
  }
}

/** The names are those of the specification; NotAllowedError does not tell a "no" from a timeout, on purpose. @param {unknown} error */
function wordsFor(error) {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'AbortError') return text('passkeyStopped');
  return name === 'InvalidStateError' ? text('passkeyKnown') : text('passkeyImpossible');
}
