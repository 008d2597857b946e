import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { IsFilled, Normalise, Rule, withCode } from '../platform/http/validation/rule.js';
import { isVisible } from '../platform/http/validation/text-checks.js';
import { foldTypedCode } from '../platform/text/typed-text.js';

const MIN = 6;
const MAX = 32;

/**
 * A code that proves a second factor: six digits of an authenticator app, or a recovery code.
 * Separators and invisible signs are removed before the code is counted as a guess (OC-04).
 */
export function IsSecondFactorCode(): PropertyDecorator {
  return applyDecorators(
    Normalise(foldTypedCode),
    IsFilled(),
    IsString(withCode('not_a_string')),
    Rule('too_long', (value) => (value as string).length <= MAX, { max: MAX }),
    Rule('too_short', (value) => (value as string).length >= MIN, { min: MIN }),
    Rule('invalid_characters', (value) => isVisible(value as string)),
    ApiProperty({
      type: String,
      minLength: MIN,
      description: 'Six digits from the app, or a recovery code; separators are ignored',
      example: '048213',
    }),
  );
}
