import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { IsAssertion } from '../../../mfa/passkeys/passkey-credential.js';
import { IsNewPassword } from '../../../security/passwords/password-fields.js';
import { IsLoginId } from '../../../users/member-fields.js';
import { acceptFlat } from './compiled-request.js';
import {
  IsLocale,
  IsMailAddress,
  IsMoment,
  IsOpaqueToken,
  IsPageLimit,
  IsSixDigitCode,
  IsTrueOrFalse,
  IsUuid,
  IsVisibleText,
} from './field-decorators.js';
import { MayBeAbsent, MayBeNull } from './rule.js';

class BaseRequest {
  @MayBeAbsent() @IsOpaqueToken() token?: string;
}

class FullRequest extends BaseRequest {
  @MayBeAbsent() @IsLoginId() loginId?: string;
  @MayBeAbsent() @IsMailAddress() email?: string;
  @MayBeAbsent() @IsSixDigitCode() code?: string;
  @MayBeAbsent() @IsNewPassword() password?: string;
  @MayBeAbsent() @MayBeNull() @IsVisibleText({ min: 2, max: 5 }) name?: string | null;
  @MayBeAbsent() @IsLocale() locale?: string;
  @MayBeAbsent() @IsTrueOrFalse() flag?: boolean;
  @MayBeAbsent() @IsUuid() id?: string;
  @MayBeAbsent() @IsMoment() from?: string;
  @MayBeAbsent() @IsPageLimit({ max: 100, standard: 50 }) limit?: string;
}

class RequiredRequest {
  @IsOpaqueToken() token: string;
}

/** Texts near the border of some rule, and values of other types. */
const value = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'ada.lovelace',
    ' ADA ',
    'ada@example.com',
    '048 213',
    '1',
    '101',
    'ko',
    'k',
    '2026-11-22',
    'a\u200b',
  ),
  fc.uuid(),
  fc.string({ maxLength: 8 }),
  fc.constantFrom(null, true, false, 0, 7),
);
const fields = Object.keys(new FullRequest()).concat(['token']);

/** What class-transformer and class-validator make of the input; null where a rule is broken. */
function byTheLibraries(input: object): object | null {
  const request = plainToInstance(FullRequest, input);
  return validateSync(request, { stopAtFirstError: true }).length === 0 ? request : null;
}

describe('a compiled request', () => {
  it('accepts a flat input exactly when the libraries accept it, and makes the same request of it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fields), value, fc.constantFrom(...fields), value, (one, first, other, second) => {
        const input = { [one]: first, [other]: second };
        expect(acceptFlat(FullRequest, input)).toEqual(byTheLibraries(input));
      }),
      { numRuns: 3000 },
    );
  });

  it('accepts no input without a required field', () => {
    expect(acceptFlat(RequiredRequest, {})).toBeNull();
    expect(acceptFlat(RequiredRequest, { token: 'abc' })).toBeInstanceOf(RequiredRequest);
  });

  it('IV-01 leaves nested values to the libraries', () => {
    class CredentialRequest {
      @IsAssertion({ reliesOnUserHandle: true }) credential: unknown;
    }
    expect(acceptFlat(RequiredRequest, { token: ['abc'] })).toBeNull();
    expect(acceptFlat(CredentialRequest, { credential: {} })).toBeNull();
  });
});
