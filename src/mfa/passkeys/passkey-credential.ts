import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { Field, type Rule } from '../../platform/http/validation/field.js';

/*
 * What a browser makes of `navigator.credentials.create()` and `.get()`: `PublicKeyCredential.toJSON()` (WebAuthn level 3).
 * The parts that are relied on are checked here; browsers may add further ones, and those are ignored.
 */

export type NewCredential = RegistrationResponseJSON;
export type Assertion = AuthenticationResponseJSON;

/** 1023 bytes, the longest credential id that WebAuthn allows, in base64url. */
const MAX_ID = 1364;
const MAX_TRANSPORTS = 10;

const isBase64url = (value: unknown, max = Infinity): value is string =>
  typeof value === 'string' && value.length <= max && /^[\w-]+$/.test(value);

const isTransport = (value: unknown): boolean => typeof value === 'string' && /^[a-z-]{1,32}$/.test(value);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const credential =
  (isResponse: (response: Record<string, unknown>) => boolean): Rule =>
  (value) => {
    if (!isObject(value) || Array.isArray(value)) return { code: 'not_an_object' };
    const { id, rawId, type, response } = value;
    const isWellFormed =
      isBase64url(id, MAX_ID) && rawId === id && type === 'public-key' && isObject(response) && isResponse(response);
    return isWellFormed ? null : { code: 'credential_malformed' };
  };

const newCredential = credential(({ clientDataJSON, attestationObject, transports = [] }) => {
  const areTransports =
    Array.isArray(transports) && transports.length <= MAX_TRANSPORTS && transports.every(isTransport);
  return isBase64url(clientDataJSON) && isBase64url(attestationObject) && areTransports;
});

const assertion = credential(({ clientDataJSON, authenticatorData, signature, userHandle }) => {
  const isHandle = userHandle === undefined || userHandle === null || isBase64url(userHandle, 86);
  return isBase64url(clientDataJSON) && isBase64url(authenticatorData) && isBase64url(signature) && isHandle;
});

const EXAMPLE_ID = 'F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c';

/** A credential that was just made. */
export const NewCredentialField = (): PropertyDecorator =>
  Field({
    rule: newCredential,
    isNested: true,
    api: {
      type: Object,
      description: '`toJSON()` of what `navigator.credentials.create()` gave',
      example: {
        id: EXAMPLE_ID,
        rawId: EXAMPLE_ID,
        type: 'public-key',
        response: {
          clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0',
          attestationObject: 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVik',
          transports: ['internal'],
        },
        clientExtensionResults: {},
      },
    },
  });

/** A signature by a credential. */
export const AssertionField = (): PropertyDecorator =>
  Field({
    rule: assertion,
    isNested: true,
    api: {
      type: Object,
      description: '`toJSON()` of what `navigator.credentials.get()` gave',
      example: {
        id: EXAMPLE_ID,
        rawId: EXAMPLE_ID,
        type: 'public-key',
        response: {
          clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0',
          authenticatorData: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA',
          signature: 'MEUCIQDGo5wL8V4xE0mXl6rZlq0',
          userHandle: 'Sw88Hm8NTFWdCg9PT08sEQ',
        },
        clientExtensionResults: {},
      },
    },
  });
