import { fromBase64url, toBase64url } from '../base64url.js';
import { findWebAuthn, type BrowserCredential, type CredentialResponse } from './webauthn.js';

/*
 * Converts passkey objects from and to JSON. Browsers have methods for it since 2023 to 2025. For
 * older ones, and for password managers that replace the browser's objects by their own, the binary
 * parts are converted here.
 */

interface Descriptor {
  readonly id: string;
}

interface CreationJson {
  readonly challenge: string;
  readonly user: { readonly id: string };
  readonly excludeCredentials?: readonly Descriptor[];
}

interface RequestJson {
  readonly challenge: string;
  readonly allowCredentials?: readonly Descriptor[];
}

/** Converts the options for a new passkey. */
export function creationOptions(json: unknown): unknown {
  const credentialClass = findWebAuthn()?.credentialClass;
  if (credentialClass?.parseCreationOptionsFromJSON) return credentialClass.parseCreationOptionsFromJSON(json);
  const { challenge, user, excludeCredentials = [], ...rest } = json as CreationJson;
  return {
    ...rest,
    challenge: fromBase64url(challenge),
    user: { ...user, id: fromBase64url(user.id) },
    excludeCredentials: excludeCredentials.map(toDescriptor),
  };
}

/** Converts the options for using a passkey. */
export function requestOptions(json: unknown): unknown {
  const credentialClass = findWebAuthn()?.credentialClass;
  if (credentialClass?.parseRequestOptionsFromJSON) return credentialClass.parseRequestOptionsFromJSON(json);
  const { challenge, allowCredentials = [], ...rest } = json as RequestJson;
  return { ...rest, challenge: fromBase64url(challenge), allowCredentials: allowCredentials.map(toDescriptor) };
}

/** Converts what the browser returned. */
export function toJson(credential: BrowserCredential): Record<string, unknown> {
  try {
    if (credential.toJSON) return credential.toJSON() as Record<string, unknown>;
  } catch {
    // The method does not work on an object of a password manager.
  }
  const { id, rawId, type, response } = credential;
  return { id, rawId: encode(rawId), type, response: responseJson(response), clientExtensionResults: {} };
}

function responseJson(response: CredentialResponse): object {
  const { attestationObject, authenticatorData, signature, userHandle } = response;
  return {
    clientDataJSON: encode(response.clientDataJSON),
    ...(attestationObject && {
      attestationObject: encode(attestationObject),
      transports: response.getTransports?.() ?? [],
    }),
    ...(authenticatorData && { authenticatorData: encode(authenticatorData) }),
    ...(signature && { signature: encode(signature) }),
    ...(userHandle && { userHandle: encode(userHandle) }),
  };
}

const toDescriptor = (json: Descriptor): object => ({ ...json, id: fromBase64url(json.id) });
const encode = (buffer: ArrayBuffer): string => toBase64url(new Uint8Array(buffer));
