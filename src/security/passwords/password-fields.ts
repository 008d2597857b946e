import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { IsFilled, Normalise, Rule, withCode } from '../../platform/http/validation/rule.js';
import { codePointsOf, isFreeOfControls } from '../../platform/http/validation/text-checks.js';

const MAX_PASSWORD = 128;
/** Good enough to be accepted, so that a first try from the documentation works. */
const EXAMPLE = 'Tall-giraffes-nap-at-noon-42';

/** A password as typed. Whether it is good enough to be set is decided by the password policy. */
export function IsPasswordText(): PropertyDecorator {
  return applyDecorators(
    // Systems compose Hangul and accents differently; all forms are the same password (NIST SP
    // 800-63B-4 section 3.1.1.2).
    Normalise((password) => password.normalize('NFC')),
    IsFilled(),
    IsString(withCode('not_a_string')),
    Rule('password_too_long', (value) => codePointsOf(value as string) <= MAX_PASSWORD, { max: MAX_PASSWORD }),
    Rule('invalid_characters', (value) => isFreeOfControls(value as string)),
    ApiProperty({ type: String, format: 'password', maxLength: MAX_PASSWORD, example: EXAMPLE }),
  );
}

/** A password to be set. */
export function IsNewPassword({ example = EXAMPLE }: { example?: string } = {}): PropertyDecorator {
  return applyDecorators(
    IsPasswordText(),
    ApiProperty({
      minLength: 8,
      example,
      description:
        'At least 8 characters (as configured), not common, not easily guessed; any characters except control characters, including spaces and emoji',
    }),
  );
}
