// @ts-check

/**
 * Converts passkey objects from and to JSON. Recent browsers have methods for it (added between 2023
 * and 2025). For older browsers, and for password managers that replace the browser's objects with
 * their own, the binary parts are converted here.
 */

/** @param {any} json @returns {PublicKeyCredentialCreationOptions} */
export function creationOptions(json) {
  if ('parseCreationOptionsFromJSON' in PublicKeyCredential) {
    return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  }
  const { challenge, user, excludeCredentials = [], ...rest } = json;
  return {
    ...rest,
    challenge: bytes(challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: excludeCredentials.map(descriptor),
  };
}

/** @param {any} json @returns {PublicKeyCredentialRequestOptions} */
export function requestOptions(json) {
  if ('parseRequestOptionsFromJSON' in PublicKeyCredential) {
    return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  }
  const { challenge, allowCredentials = [], ...rest } = json;
  return { ...rest, challenge: bytes(challenge), allowCredentials: allowCredentials.map(descriptor) };
}

/** @param {PublicKeyCredential} credential @returns {object} */
export function toJson(credential) {
  try {
    return credential.toJSON();
  } catch {
    // The method is missing, or does not work on an object of a password manager.
  }
  const { id, rawId, type, response } = credential;
  return { id, rawId: base64url(rawId), type, response: responseJson(response), clientExtensionResults: {} };
}

/** @param {any} response of a registration or an authentication */
function responseJson(response) {
  const clientDataJSON = base64url(response.clientDataJSON);
  if ('attestationObject' in response) {
    const transports = response.getTransports?.() ?? [];
    return { clientDataJSON, attestationObject: base64url(response.attestationObject), transports };
  }
  const { authenticatorData, signature, userHandle } = response;
  return {
    clientDataJSON,
    authenticatorData: base64url(authenticatorData),
    signature: base64url(signature),
    ...(userHandle && { userHandle: base64url(userHandle) }),
  };
}

/** @param {any} json */
function descriptor(json) {
  return { ...json, id: bytes(json.id) };
}

/** @param {string} encoded */
function bytes(encoded) {
  return Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
function base64url(buffer) {
  const encoded = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return encoded.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
