import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { IsAssertion } from '../../../mfa/passkeys/passkey-credential.js';
import type { DomainError, FieldProblem } from '../problems/domain-error.js';
import { EmptyRequest } from './empty-request.dto.js';
import { IsMailAddress, IsOpaqueToken, IsSixDigitCode, IsVisibleText } from './field-decorators.js';
import { MayBeAbsent, Normalise } from './rule.js';
import { StrictValidationPipe } from './strict-validation.pipe.js';

class BaseRequest {
  @IsOpaqueToken() token: string;
}

class FullRequest extends BaseRequest {
  @IsMailAddress() email: string;
  @IsSixDigitCode() code: string;
  @MayBeAbsent()
  @Normalise((name) => name.trim())
  @IsVisibleText({ max: 5 })
  name?: string;
}

class CredentialRequest {
  @IsAssertion({ reliesOnUserHandle: true }) credential: unknown;
}

const pipe = new StrictValidationPipe();
const transform = async (value: unknown, metatype: Type = FullRequest): Promise<unknown> =>
  pipe.transform(value, { type: 'body', metatype });

async function problemsOf(value: unknown, metatype?: Type): Promise<readonly FieldProblem[] | undefined> {
  try {
    await transform(value, metatype);
    return undefined;
  } catch (error) {
    expect((error as DomainError).code).toBe('validation_failed');
    return (error as DomainError).fields;
  }
}

const GOOD = { token: 'abc', email: ' ada@example.com ', code: '048 213' };
const unknownFields = (...names: string[]): FieldProblem[] => names.map((field) => ({ field, code: 'unknown_field' }));

describe('a request', () => {
  it('becomes an instance of its class, each field in its normal form', async () => {
    const request = await transform(GOOD);
    expect(request).toBeInstanceOf(FullRequest);
    expect(request).toEqual({ token: 'abc', email: 'ada@example.com', code: '048213' });
  });

  it('IV-01 is refused where it is no object', async () => {
    for (const value of [null, [], [GOOD], 'text', '', 0, 1, true])
      for (const requestClass of [FullRequest, EmptyRequest])
        expect(await problemsOf(value, requestClass)).toEqual([{ field: '', code: 'not_an_object' }]);
  });

  it('may be absent where every field may', async () => {
    expect(await transform(undefined, EmptyRequest)).toEqual({});
    expect((await problemsOf(undefined))?.map(({ code }) => code)).toEqual(['required', 'required', 'required']);
  });

  it('is refused with the first broken rule of each field, those of the base class first', async () => {
    expect(await problemsOf({ name: 'a\u0000bcdef', code: 1, email: 'x' })).toEqual([
      { field: 'token', code: 'required' },
      { field: 'email', code: 'email_invalid' },
      { field: 'code', code: 'not_a_string' },
      { field: 'name', code: 'too_long', params: { max: 5 } },
    ]);
  });

  it('IV-03 is refused for unknown fields before its known fields are looked at', async () => {
    expect(await problemsOf({ code: 1, role: 'admin', isAdmin: true })).toEqual(unknownFields('role', 'isAdmin'));
    expect(await problemsOf({ any: 1 }, EmptyRequest)).toEqual(unknownFields('any'));
  });

  it('IV-03 is refused for names that every object inherits', async () => {
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'];
    for (const name of names) {
      const body: unknown = JSON.parse(`{${JSON.stringify(name)}:{"admin":true},"email":1}`);
      expect(await problemsOf(body)).toEqual(unknownFields(name));
    }
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('names at most 20 fields, and only those that look like names', async () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, 1]));
    expect(await problemsOf(many)).toHaveLength(20);
    expect(await problemsOf({ 'my password': 1, '': 1, ['x'.repeat(65)]: 1, нет: 1 })).toEqual(
      unknownFields('?', '?', '?', 'нет'),
    );
  });

  it.each([10, 9_000])('IV-01 is refused, and not walked, where a field nests %d levels deep', async (depth) => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
    const wide: unknown = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    for (const value of [deep, wide])
      expect(await problemsOf({ ...GOOD, email: value })).toEqual([{ field: 'email', code: 'not_a_string' }]);
    const credential = { id: 'a', rawId: 'a', type: 'public-key', response: deep };
    expect(await problemsOf({ credential }, CredentialRequest)).toEqual([
      {
        field: 'credential',
        code: 'credential_malformed',
        params: { member: 'response.clientDataJSON', expected: expect.stringContaining('base64url') },
      },
    ]);
  });

  it('keeps what a nested field needs, however deep an unused member is', async () => {
    const response = { clientDataJSON: 'a', authenticatorData: 'b', signature: 'c' };
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`);
    const credential = { id: 'a', rawId: 'a', type: 'public-key', response, clientExtensionResults: { x: deep } };
    const request = await transform({ credential }, CredentialRequest);
    expect(request).toMatchObject({ credential: { id: 'a', response } });
  });
});

describe('a value that is no body or query of a request class', () => {
  it.each([
    ['param', String],
    ['custom', FullRequest],
    ['body', Object],
    ['body', undefined],
  ] as const)('passes as it is: %s', async (type, metatype) => {
    const value = { any: 'thing' };
    expect(await pipe.transform(value, { type, metatype })).toBe(value);
  });
});
