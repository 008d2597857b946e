// @ts-check

/**
 * Converts passkey objects from and to JSON. Recent browsers have methods for it (added between 2023
 * and 2025). For older browsers, and for password managers that replace the browser's objects with
 * their own, the binary parts are converted here.
 */

import { fromBase64url, toBase64url } from './base64url.js';

/** @param {any} json @returns {PublicKeyCredentialCreationOptions} */
export function creationOptions(json) {
  if ('parseCreationOptionsFromJSON' in PublicKeyCredential) {
    return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  }
  const { challenge, user, excludeCredentials = [], ...rest } = json;
  return {
    ...rest,
    challenge: fromBase64url(challenge),
    user: { ...user, id: fromBase64url(user.id) },
    excludeCredentials: excludeCredentials.map(descriptor),
  };
}

/** @param {any} json @returns {PublicKeyCredentialRequestOptions} */
export function requestOptions(json) {
  if ('parseRequestOptionsFromJSON' in PublicKeyCredential) {
    return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  }
  const { challenge, allowCredentials = [], ...rest } = json;
  return { ...rest, challenge: fromBase64url(challenge), allowCredentials: allowCredentials.map(descriptor) };
}

/** @param {PublicKeyCredential} credential @returns {object} */
export function toJson(credential) {
  try {
    return credential.toJSON();
  } catch {
    // The method is missing, or does not work on an object of a password manager.
  }
  const { id, rawId, type, response } = credential;
  return { id, rawId: encode(rawId), type, response: responseJson(response), clientExtensionResults: {} };
}

/** @param {any} response of a registration or an authentication */
function responseJson(response) {
  const clientDataJSON = encode(response.clientDataJSON);
  if ('attestationObject' in response) {
    const transports = response.getTransports?.() ?? [];
    return { clientDataJSON, attestationObject: encode(response.attestationObject), transports };
  }
  const { authenticatorData, signature, userHandle } = response;
  return {
    clientDataJSON,
    authenticatorData: encode(authenticatorData),
    signature: encode(signature),
    ...(userHandle && { userHandle: encode(userHandle) }),
  };
}

/** @param {any} json */
function descriptor(json) {
  return { ...json, id: fromBase64url(json.id) };
}

/** @param {ArrayBuffer} buffer */
function encode(buffer) {
  return toBase64url(new Uint8Array(buffer));
}
