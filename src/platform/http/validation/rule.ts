import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf, type ValidationOptions } from 'class-validator';
import { noteNormalisation } from './compiled-request.js';
import type { FieldProblem } from '../problems/domain-error.js';

/** The part of a field problem that a rule knows: its code and the parameters of its message. */
export type RuleProblem = Omit<FieldProblem, 'field'>;

/**
 * Options for a decorator of class-validator: the answer contains this code when the rule is
 * broken.
 */
export function withCode(code: RuleProblem['code'], params?: RuleProblem['params']): ValidationOptions {
  const context: RuleProblem = { code, params };
  return { context };
}

/**
 * A rule that class-validator does not have. If several rules of a field are broken, the answer
 * names the first.
 * @param name differs among the rules of a field that have the same code
 */
export function Rule(
  code: RuleProblem['code'],
  isMet: (value: unknown) => boolean,
  params?: RuleProblem['params'],
  name: string = code,
): PropertyDecorator {
  const validator = { validate: isMet, defaultMessage: () => code };
  return ValidateBy({ name, validator }, withCode(code, params));
}

/** The field must be there; an empty text counts as a value. */
export const IsPresent = (): PropertyDecorator => Rule('required', (value) => value !== undefined);

/** The field must be there and must not be an empty text. */
export const IsFilled = (): PropertyDecorator => Rule('required', (value) => value !== undefined && value !== '');

/** The field may be absent. Unlike `IsOptional` of class-validator, null is a value and has to pass the other rules. */
export function MayBeAbsent(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((_, value) => value !== undefined),
    ApiProperty({ required: false }),
  );
}

/** The field may be null, which means "none". */
export function MayBeNull(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((_, value) => value !== null),
    ApiProperty({ nullable: true }),
  );
}

/** Converts a text to the form in which it is compared and stored, before the rules check it. */
export function Normalise(normalise: (text: string) => string): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normalise(value) : value)),
    (prototype: object, field: string | symbol) => noteNormalisation(prototype, String(field), normalise),
  );
}
