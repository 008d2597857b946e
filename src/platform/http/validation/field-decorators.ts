import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsString, Matches } from 'class-validator';
import { parseEmailAddress } from '../../addresses/email-address.js';
import { LOCALES } from '../../i18n/locale.js';
import { isMailLocale, mailLocales } from '../../i18n/mail-locale.js';
import { foldTypedCode, foldTypedText } from '../../text/typed-text.js';
import { IsFilled, IsPresent, Normalise, Rule, withCode } from './rule.js';
import { codePointsOf, isVisible } from './text-checks.js';

/*
 * Decorators for the kinds of field that several requests have. Each combines rules, normal form
 * and OpenAPI limits. The Swagger plugin reads the description of a field from its docstring;
 * `documentation` overrides what the decorator documents by default.
 */

const MAX_TOKEN = 2048;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** A date, which stands for its midnight in UTC, or a time with its offset (RFC 3339). */
const MOMENT =
  /^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$/;
const OPAQUE = /^[\w.-]+$/;

/** Lengths in code points. */
interface TextLimits {
  readonly min?: number;
  readonly max: number;
}

/** One line of visible text. */
export function IsVisibleText({ min = 1, max }: TextLimits): PropertyDecorator {
  return applyDecorators(
    IsFilled(),
    IsString(withCode('not_a_string')),
    Rule('too_long', (value) => codePointsOf(value as string) <= max, { max }),
    ...(min > 1 ? [Rule('too_short', (value) => codePointsOf(value as string) >= min, { min })] : []),
    Rule('invalid_characters', (value) => isVisible(value as string)),
    ApiProperty({ type: String, minLength: min, maxLength: max }),
  );
}

/** A token that this service issued: base64url, or the three parts of a JWT. */
export function IsOpaqueToken(): PropertyDecorator {
  return applyDecorators(IsOpaque(), ApiProperty({ example: 'p0w3nQ3p5yv7XQv2fJ4yO0dG1bR8mZkTt6uHcS9aLxE' }));
}

/**
 * A position in a list. It has no example, because Swagger UI would send the example and every list
 * would refuse it.
 */
export const IsPageCursor = (): PropertyDecorator =>
  applyDecorators(IsOpaque(), ApiProperty({ pattern: OPAQUE.source }));

function IsOpaque(): PropertyDecorator {
  return applyDecorators(
    IsFilled(),
    IsString(withCode('not_a_string')),
    Rule('too_long', (value) => (value as string).length <= MAX_TOKEN, { max: MAX_TOKEN }),
    Matches(OPAQUE, withCode('invalid_characters')),
    ApiProperty({ type: String, minLength: 1, maxLength: MAX_TOKEN }),
  );
}

/** One plain e-mail address. */
export function IsMailAddress(documentation: { example?: string } = {}): PropertyDecorator {
  return applyDecorators(
    Normalise(foldTypedText),
    IsFilled(),
    IsString(withCode('not_a_string')),
    Rule('email_invalid', (value) => parseEmailAddress(value as string) !== null),
    ApiProperty({
      type: String,
      // Wider than `email`: the domain may be in Unicode.
      format: 'idn-email',
      description: 'One plain address of at most 254 characters',
      example: 'ada@example.com',
      ...documentation,
    }),
  );
}

/** Six digits. Separators and invisible signs that were copied with the code are removed first (OC-04). */
export function IsSixDigitCode(): PropertyDecorator {
  return applyDecorators(
    Normalise(foldTypedCode),
    IsPresent(),
    IsString(withCode('not_a_string')),
    Matches(/^[0-9]{6}$/, withCode('code_malformed')),
    ApiProperty({
      type: String,
      minLength: 6,
      description: 'Six digits; blanks, hyphens and other separators are ignored',
      example: '048213',
    }),
  );
}

export function IsTrueOrFalse(): PropertyDecorator {
  return applyDecorators(IsPresent(), IsBoolean(withCode('not_a_boolean')), ApiProperty({ type: Boolean }));
}

/** One of a list of texts. The refusal names the allowed ones. */
export function IsOneOf(
  allowed: readonly string[],
  documentation: Pick<ApiPropertyOptions, 'default' | 'example' | 'description'> & { enumName?: string } = {},
): PropertyDecorator {
  return applyDecorators(
    IsPresent(),
    IsIn(allowed, withCode('invalid_value', { allowed: allowed.join(', ') })),
    ApiProperty({ enum: allowed, ...documentation }),
  );
}

/** A language of mails, including those that the operator added. */
export function IsLocale(): PropertyDecorator {
  const params = {
    // Read late: this decorator runs before the configuration is loaded.
    get allowed(): string {
      return mailLocales().join(', ');
    },
  };
  return applyDecorators(
    IsPresent(),
    Rule('invalid_value', isMailLocale, params),
    ApiProperty({ enum: LOCALES, enumName: 'Locale', example: 'ko' }),
  );
}

export function IsUuid(): PropertyDecorator {
  return applyDecorators(
    IsPresent(),
    Matches(UUID, withCode('invalid_value', { allowed: 'UUID' })),
    ApiProperty({ type: String, format: 'uuid' }),
  );
}

/** Whether a text from a path is a UUID. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** A date, or a time with its offset, as text. */
export function IsMoment(): PropertyDecorator {
  return applyDecorators(
    IsPresent(),
    Rule('invalid_value', isMoment, { allowed: '2026-11-22, 2026-11-22T05:37:12Z' }),
    // Not the format `date-time`, which does not allow a date alone.
    ApiProperty({ type: String, pattern: MOMENT.source, example: '2026-11-22T05:37:12Z' }),
  );
}

/** How many entries a page of a list holds. Query values are texts. */
export function IsPageLimit({ max, standard }: { max: number; standard: number }): PropertyDecorator {
  const isLimit = (value: unknown): boolean =>
    typeof value === 'string' && /^\d{1,6}$/.test(value) && Number(value) >= 1 && Number(value) <= max;
  return applyDecorators(
    Rule('invalid_value', isLimit, { allowed: `1–${max}` }),
    ApiProperty({ type: 'integer', minimum: 1, maximum: max, default: standard }),
  );
}

/** Whether it is a date, or a time with its offset, on a day that exists: JavaScript takes 31 February for 3 March. */
export function isMoment(value: unknown): boolean {
  if (typeof value !== 'string' || !MOMENT.test(value) || Number.isNaN(Date.parse(value))) return false;
  const day = value.slice(0, 'yyyy-mm-dd'.length);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
