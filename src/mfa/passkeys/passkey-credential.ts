import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { Transform } from 'class-transformer';
import { IsPresent, Rule } from '../../platform/http/validation/rule.js';

/*
 * The credentials that `navigator.credentials.create()` and `.get()` return in a browser, in the
 * form of `PublicKeyCredential.toJSON()` (WebAuthn level 3). The parts that the server relies on
 * are checked here. Browsers may add further members; those are ignored.
 */

export type NewCredential = RegistrationResponseJSON;
export type Assertion = AuthenticationResponseJSON;

type Part = Record<string, unknown>;

/** A member that has to be right, by its path in the credential. */
interface RequiredMember {
  readonly name: string;
  readonly isValid: (credential: Part) => boolean;
  /** What the refusal asks for instead. */
  readonly expected: string;
}

const BASE64URL = 'base64url without padding (RFC 4648 section 5)';
const USER_HANDLE: RequiredMember = {
  name: 'response.userHandle',
  isValid: ({ response }) => isPart(response) && isUserHandle(response.userHandle),
  expected: BASE64URL,
};

/** 1023 bytes, the longest credential id that WebAuthn allows, in base64url. */
const MAX_ID = 1364;
/** 64 bytes, the longest user handle that WebAuthn allows, in base64url. */
const MAX_USER_HANDLE = 86;
const MAX_TRANSPORTS = 10;
const EXAMPLE_ID = 'F1DcLtrGRYbUVPGhDqSjvJqxXvzLw9bRC9mKmQ3xy1c';

/** A credential that was just made. */
export function IsNewCredential(): PropertyDecorator {
  return IsCredential(
    [bytes('clientDataJSON'), bytes('attestationObject')],
    '`toJSON()` of the result of `navigator.credentials.create()`',
    {
      clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0',
      attestationObject: 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVik',
      transports: ['internal'],
    },
  );
}

/**
 * A signature by a credential. A login with the passkey alone relies on the user handle; a second
 * factor does not, so there any other value is ignored.
 */
export function IsAssertion({ reliesOnUserHandle }: { reliesOnUserHandle: boolean }): PropertyDecorator {
  return IsCredential(
    [
      ...[bytes('clientDataJSON'), bytes('authenticatorData'), bytes('signature')],
      ...(reliesOnUserHandle ? [USER_HANDLE] : []),
    ],
    '`toJSON()` of the result of `navigator.credentials.get()`',
    {
      clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0',
      authenticatorData: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAA',
      signature: 'MEUCIQDGo5wL8V4xE0mXl6rZlq0',
      userHandle: 'Sw88Hm8NTFWdCg9PT08sEQ',
    },
  );
}

/**
 * The members of a credential that the server relies on. Each is checked on its own, so that the
 * refusal names the one that is wrong.
 */
function IsCredential(
  responseMembers: readonly RequiredMember[],
  description: string,
  exampleResponse: object,
): PropertyDecorator {
  const usesUserHandle = responseMembers.includes(USER_HANDLE);
  const members: readonly RequiredMember[] = [
    { name: 'id', isValid: ({ id }) => isBase64url(id, MAX_ID), expected: BASE64URL },
    { name: 'rawId', isValid: ({ id, rawId }) => rawId === id, expected: 'id' },
    { name: 'type', isValid: ({ type }) => type === 'public-key', expected: 'public-key' },
    { name: 'response', isValid: ({ response }) => isPart(response), expected: 'JSON object' },
    ...responseMembers,
  ];
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => withoutOddMembers(value, usesUserHandle)),
    IsPresent(),
    Rule('not_an_object', isPart),
    ...members.map(({ name, isValid, expected }) =>
      Rule('credential_malformed', (value) => isPart(value) && isValid(value), { member: name, expected }, name),
    ),
    ApiProperty({
      type: Object,
      description: `${description}; binary members are ${BASE64URL}`,
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

/** A required member of the response with bytes in it. */
function bytes(name: string): RequiredMember {
  return {
    name: `response.${name}`,
    isValid: ({ response }) => isPart(response) && isBase64url(response[name]),
    expected: BASE64URL,
  };
}

/**
 * Leaves out optional members that browsers and libraries fill with `null`, `""` or invented
 * values. None of them carries the proof, so none may be a reason to refuse it.
 */
function withoutOddMembers(credential: unknown, usesUserHandle: boolean): unknown {
  if (!isPart(credential) || !isPart(credential.response)) return credential;
  const { userHandle, transports, ...response } = credential.response;
  const known = Array.isArray(transports) ? transports.filter(isTransport).slice(0, MAX_TRANSPORTS) : [];
  return {
    ...credential,
    response: {
      ...response,
      transports: [...new Set(known)],
      ...(usesUserHandle && userHandle !== undefined && userHandle !== null && userHandle !== '' && { userHandle }),
    },
  };
}

function isUserHandle(value: unknown): boolean {
  return value === undefined || isBase64url(value, MAX_USER_HANDLE);
}

function isBase64url(value: unknown, max = Infinity): value is string {
  return typeof value === 'string' && value.length <= max && /^[\w-]+$/.test(value);
}

function isTransport(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z-]{1,32}$/.test(value);
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
