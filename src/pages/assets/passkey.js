// @ts-check

/**
 * Creates and uses passkeys in the browser (WebAuthn level 3). Takes and returns the JSON of the
 * API. Every failure becomes an ApiProblem with a text for members.
 */

import { ApiProblem } from './api.js';
import { text } from './page.js';
import { creationOptions, requestOptions, toJson } from './passkey-json.js';

/** False in old browsers and on pages without HTTPS. */
export const hasPasskeys = 'PublicKeyCredential' in globalThis;

/** @param {object} publicKey @returns {Promise<object>} */
export async function makePasskey(publicKey) {
  return runCeremony(() => navigator.credentials.create({ publicKey: creationOptions(publicKey) }));
}

/** @param {object} publicKey @returns {Promise<object>} */
export async function usePasskey(publicKey) {
  return runCeremony(() => navigator.credentials.get({ publicKey: requestOptions(publicKey) }));
}

/** @param {() => Promise<Credential | null>} run */
async function runCeremony(run) {
  try {
    return toJson(/** @type {PublicKeyCredential} */ (await run()));
  } catch (error) {
    throw new ApiProblem('passkey_ceremony', { detail: describeError(error) });
  }
}

/**
 * Returns the text for an error of the browser. By the specification, NotAllowedError does not
 * distinguish a refusal from a timeout.
 * @param {unknown} error
 */
function describeError(error) {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'AbortError') return text('passkeyStopped');
  return name === 'InvalidStateError' ? text('passkeyKnown') : text('passkeyImpossible');
}
