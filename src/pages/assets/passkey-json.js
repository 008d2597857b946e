// @ts-check

/**
 * Passkeys as JSON. Browsers know how since 2023 to 2025; for older ones, and for password managers that put objects of
 * their own in the place of the browser's, the few binary parts are translated here.
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
    // Not there, or not meant for an object that a password manager has made.
  }
  const { id, rawId, type, response } = credential;
  return { id, rawId: base64url(rawId), type, response: responseJson(response), clientExtensionResults: {} };
}

/** @param {any} response of either ceremony */
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
