import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, Matches } from 'class-validator';
import { IsVisibleText } from '../platform/http/validation/field-decorators.js';
import { isObject } from '../platform/attributes/attribute-declarations.js';
import { IsFilled, MayBeNull, Normalise, Rule, withCode } from '../platform/http/validation/rule.js';
import { LOGIN_ID_PATTERN, normaliseLoginId } from './login-id.js';

/** A login ID that a member chooses. */
export function IsLoginId(
  description = 'The name the member logs in with: 4 to 32 of a–z, 0–9, dot, underscore and hyphen, beginning with a letter; upper and lower case are the same',
): PropertyDecorator {
  return applyDecorators(
    Normalise(normaliseLoginId),
    IsFilled(),
    IsString(withCode('not_a_string')),
    Matches(LOGIN_ID_PATTERN, withCode('login_id_invalid')),
    ApiProperty({
      type: String,
      minLength: 4,
      description,
      example: 'ada.lovelace',
    }),
  );
}

/** In code points. */
export const MAX_NAME_LENGTH = 64;

/** The name a member is addressed by, or null for none. */
export function IsMemberName(): PropertyDecorator {
  return applyDecorators(
    Normalise((name) => name.trim().normalize('NFC')),
    MayBeNull(),
    IsVisibleText({ max: MAX_NAME_LENGTH }),
    ApiProperty({ description: 'How the member is addressed', example: 'Ada Lovelace' }),
  );
}

/** Attributes that the operator declared. The service that stores them checks the values. */
export function IsAttributes(): PropertyDecorator {
  return applyDecorators(
    // Keeps the value as sent: class-transformer would drop keys such as `toString` in silence (IV-03).
    Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => obj[key]),
    Rule('not_an_object', isObject),
    ApiProperty(ATTRIBUTES),
  );
}

/** How the OpenAPI document describes attributes, unless `withAttributes` lists the declared ones. */
export const ATTRIBUTES = { type: 'object', additionalProperties: true, example: {} } as const;
