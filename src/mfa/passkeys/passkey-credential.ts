import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { IsPresent, Rule } from '../../platform/http/validation/rule.js';

/*
 * The credentials that `navigator.credentials.create()` and `.get()` return in a browser, in the
 * form of `PublicKeyCredential.toJSON()` (WebAuthn level 3). The parts that the server relies on
 * are checked here. Browsers may add further parts; those are ignored.
 */

export type NewCredential = RegistrationResponseJSON;
export type Assertion = AuthenticationResponseJSON;

type Part = Record<string, unknown>;

/** 1023 bytes, the longest credential id that WebAuthn allows, in base64url. */
const MAX_ID = 1364;
/** 64 bytes, the longest user handle that WebAuthn allows, in base64url. */
const MAX_USER_HANDLE = 86;
const MAX_TRANSPORTS = 10;
const EXAMPLE_ID = 'F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c';

/** A credential that was just made. */
export function IsNewCredential(): PropertyDecorator {
  return IsCredential(isAttestation, '`toJSON()` of the result of `navigator.credentials.create()`', {
    clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0',
    attestationObject: 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVik',
    transports: ['internal'],
  });
}

/** A signature by a credential. */
export function IsAssertion(): PropertyDecorator {
  return IsCredential(isAssertion, '`toJSON()` of the result of `navigator.credentials.get()`', {
    clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0',
    authenticatorData: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA',
    signature: 'MEUCIQDGo5wL8V4xE0mXl6rZlq0',
    userHandle: 'Sw88Hm8NTFWdCg9PT08sEQ',
  });
}

function IsCredential(
  isResponse: (response: Part) => boolean,
  description: string,
  exampleResponse: object,
): PropertyDecorator {
  const isWellFormed = (value: unknown): boolean => {
    const { id, rawId, type, response } = value as Part;
    return isBase64url(id, MAX_ID) && rawId === id && type === 'public-key' && isPart(response) && isResponse(response);
  };
  return applyDecorators(
    IsPresent(),
    Rule('not_an_object', (value) => isPart(value) && !Array.isArray(value)),
    Rule('credential_malformed', isWellFormed),
    ApiProperty({
      type: Object,
      description,
      example: {
        id: EXAMPLE_ID,
        rawId: EXAMPLE_ID,
        type: 'public-key',
        response: exampleResponse,
        clientExtensionResults: {},
      },
    }),
  );
}

function isAttestation({ clientDataJSON, attestationObject, transports = [] }: Part): boolean {
  const areTransports =
    Array.isArray(transports) && transports.length <= MAX_TRANSPORTS && transports.every(isTransport);
  return isBase64url(clientDataJSON) && isBase64url(attestationObject) && areTransports;
}

function isAssertion({ clientDataJSON, authenticatorData, signature, userHandle }: Part): boolean {
  const isHandle = userHandle === undefined || userHandle === null || isBase64url(userHandle, MAX_USER_HANDLE);
  return isBase64url(clientDataJSON) && isBase64url(authenticatorData) && isBase64url(signature) && isHandle;
}

function isBase64url(value: unknown, max = Infinity): value is string {
  return typeof value === 'string' && value.length <= max && /^[\w-]+$/.test(value);
}

function isTransport(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z-]{1,32}$/.test(value);
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null;
}
