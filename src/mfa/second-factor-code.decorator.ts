import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsVisibleText } from '../platform/http/validation/field-decorators.js';
import { Normalise } from '../platform/http/validation/rule.js';

/** A code that proves a second factor: six digits of an authenticator app, or a recovery code. */
export function IsSecondFactorCode(): PropertyDecorator {
  return applyDecorators(
    Normalise((code) => code.trim()),
    IsVisibleText({ min: 6, max: 32 }),
    ApiProperty({ description: 'Six digits from the app, or a recovery code', example: '048213' }),
  );
}
